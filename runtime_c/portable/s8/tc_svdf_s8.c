/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_svdf.h"
#include "tc_svdf_s8.h"

TC_SVDF(tc_svdf_s8, int8_t, INT8_MIN, INT8_MAX)
