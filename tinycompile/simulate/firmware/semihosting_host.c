/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls of semihosting.h on a machine with an operating system.
 */
#include "semihosting.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_FILES = 16 };

static FILE *files[MOST_FILES];

int sh_open(const char *path, int write)
{
    for (int handle = 0; handle < MOST_FILES; handle++) {
        if (files[handle] == NULL) {
            files[handle] = fopen(path, write ? "wb" : "rb");
            return files[handle] == NULL ? -1 : handle;
        }
    }
    return -1;
}

size_t sh_read(int handle, void *bytes, size_t count)
{
    return fread(bytes, 1, count, files[handle]);
}

size_t sh_write(int handle, const void *bytes, size_t count)
{
    return fwrite(bytes, 1, count, files[handle]);
}

int sh_close(int handle)
{
    FILE *const file = files[handle];
    files[handle] = NULL;
    return fclose(file) == 0 ? 0 : -1;
}

void sh_print(const char *text)
{
    (void)fputs(text, stdout);
}

void sh_error(const char *text)
{
    (void)fputs(text, stderr);
}

void sh_exit(int status)
{
    exit(status);
}
