/* SPDX-License-Identifier: Apache-2.0
 *
 * Arm's semihosting: a breakpoint that the simulator answers. r0 holds the operation, r1 its
 * arguments; no libc input or output and no heap, so that a library that needs either does not link.
 */
#include "semihosting.h"

#include <stdint.h>
#include <string.h>

#include "startup.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20
};
enum { MODE_READ_BINARY = 1, MODE_WRITE = 4, MODE_WRITE_BINARY = 5 };

static const uintptr_t stopped_by_application = 0x20026u;

static int semihosting_call(int operation, const void *arguments)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static int open_file(const char *path, uintptr_t mode)
{
    const uintptr_t arguments[3] = {(uintptr_t)path, mode, strlen(path)};
    return semihosting_call(SYS_OPEN, arguments);
}

/* Both operations answer with the bytes that they left over. */
static size_t transfer(int operation, int handle, const void *bytes, size_t count)
{
    const uintptr_t arguments[3] = {(uintptr_t)handle, (uintptr_t)bytes, count};
    const size_t left = (size_t)semihosting_call(operation, arguments);
    return left > count ? 0 : count - left;
}

int sh_open(const char *path, int write)
{
    return open_file(path, write ? MODE_WRITE_BINARY : MODE_READ_BINARY);
}

size_t sh_read(int handle, void *bytes, size_t count)
{
    return transfer(SYS_READ, handle, bytes, count);
}

size_t sh_write(int handle, const void *bytes, size_t count)
{
    return transfer(SYS_WRITE, handle, bytes, count);
}

int sh_close(int handle)
{
    const uintptr_t arguments[1] = {(uintptr_t)handle};
    return semihosting_call(SYS_CLOSE, arguments) == 0 ? 0 : -1;
}

void sh_print(const char *text)
{
    static int standard_output = -1;
    if (standard_output < 0) {
        standard_output = open_file(":tt", MODE_WRITE);
    }
    (void)transfer(SYS_WRITE, standard_output, text, strlen(text));
}

void sh_error(const char *text)
{
    (void)semihosting_call(SYS_WRITE0, text);
}

void sh_exit(int status)
{
    const uintptr_t arguments[2] = {stopped_by_application, (uintptr_t)status};
    for (;;) {
        (void)semihosting_call(SYS_EXIT_EXTENDED, arguments);
    }
}

int sh_arguments(char **argv, int most)
{
    static char line[1024];
    const uintptr_t arguments[2] = {(uintptr_t)line, sizeof line};
    if (semihosting_call(SYS_GET_CMDLINE, arguments) != 0) {
        return -1;
    }
    int count = 0;
    for (char *word = line; word != NULL;) {
        if (count == most) {
            return -1;
        }
        argv[count++] = word;
        word = strchr(word, ' ');
        if (word != NULL) {
            *word++ = '\0';
        }
    }
    return count;
}
