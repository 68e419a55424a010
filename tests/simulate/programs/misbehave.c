/* Does what its argument says a program must not do. */
#include <stdint.h>
#include <string.h>

#include "semihosting.h"

static const uint32_t constants[2] = {1, 2};
static volatile uint32_t variables[2] = {1, 2};

int deep(uint32_t n);
void write_word(volatile uint32_t *address);

__attribute__((noinline)) int deep(uint32_t n)
{
    volatile uint8_t frame[256] = {0};
    return n == 0 ? 0 : deep(n - 1) + frame[n % 256u];
}

__attribute__((noinline)) void write_word(volatile uint32_t *address)
{
    *address = 7;
}

int main(int argc, char **argv)
{
    const char *deed = argc == 2 ? argv[1] : "";
    sh_print("about to misbehave\n");
    if (strcmp(deed, "undefined") == 0) {
        __asm__ volatile("udf #0");
    } else if (strcmp(deed, "nowhere") == 0) {
        write_word((volatile uint32_t *)(uintptr_t)0x1ff00000u);
    } else if (strcmp(deed, "null") == 0) {
        write_word((volatile uint32_t *)(uintptr_t)(argc - 2));
    } else if (strcmp(deed, "constant") == 0) {
        write_word((volatile uint32_t *)(uintptr_t)&constants[1]);
    } else if (strcmp(deed, "stack") == 0) {
        return deep(1000000);
    } else if (strcmp(deed, "unaligned") == 0) {
        return (int)*(volatile uint32_t *)((uintptr_t)variables + (uint32_t)(argc - 1)) & 0;
    } else if (strcmp(deed, "hang") == 0) {
        for (;;) {
        }
    } else if (strcmp(deed, "status") == 0) {
        sh_error("no luck\n");
        sh_exit(41);
    }
    return 0;
}
