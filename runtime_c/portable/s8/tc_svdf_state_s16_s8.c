/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_svdf.h"
#include "tc_svdf_state_s16_s8.h"

TC_SVDF(tc_svdf_state_s16_s8, int16_t, INT16_MIN, INT16_MAX)
