/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the firmware; harnesses use semihosting.h.
 */
#ifndef TINYCOMPILE_STARTUP_H
#define TINYCOMPILE_STARTUP_H

/* The words of the command line, one blank between two: how many, or -1 when they do not fit. */
int sh_arguments(char **argv, int most);

/* From here on the program reaches only the memory that the machine's memory map names. */
void protect_memory(void);

#endif
