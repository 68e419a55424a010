/* SPDX-License-Identifier: Apache-2.0
 *
 * For harnesses that measure one run of a model.
 */
#ifndef TINYCOMPILE_MEASURE_H
#define TINYCOMPILE_MEASURE_H

#include <stdint.h>

/* Calls run(arena) and prints, a line each, `stack` and how deep it went in bytes, its own frame and all it
 * called; with a timer (measure.c) also `ticks` and how many more passed than in a call of nothing.
 */
void measure_run(void (*run)(void *), void *arena);

#endif
