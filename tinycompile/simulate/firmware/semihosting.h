/* SPDX-License-Identifier: Apache-2.0
 *
 * What a harness may ask of the machine that runs it. The same calls work on a simulated
 * microcontroller (semihosting.c) and on the host (semihosting_host.c), so one source of a harness
 * runs on both. A harness is `int main(void)` or `int main(int argc, char **argv)`; its result is
 * the exit status. Paths are relative to the folder it is run in.
 */
#ifndef TINYCOMPILE_SEMIHOSTING_H
#define TINYCOMPILE_SEMIHOSTING_H

#include <stddef.h>

/* A handle for the file, or -1 when it cannot be opened. Writing starts an empty file. */
int sh_open(const char *path, int write);

/* Bytes read or written: fewer than count at the end of the file or on an error. */
size_t sh_read(int handle, void *bytes, size_t count);
size_t sh_write(int handle, const void *bytes, size_t count);

/* 0, or -1 when what was written may be lost. */
int sh_close(int handle);

/* Text to standard output, or to standard error. */
void sh_print(const char *text);
void sh_error(const char *text);

__attribute__((noreturn)) void sh_exit(int status);

#endif
