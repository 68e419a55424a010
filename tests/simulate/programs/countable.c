/* Functions whose instructions can be counted by hand, on any Cortex-M. */
#include <stdint.h>

#include "measure.h"
#include "semihosting.h"

void countable(void *words);
void deep(void *words);

/* countable: 9 of its own, looping 2001, copying 6, jumped_to 7: 2023. The last call is a jump. */
__asm__(".syntax unified\n"
        ".section .text.countable, \"ax\", %progbits\n"
        ".thumb_func\n.global countable\n.type countable, %function\n"
        "countable: push {r4, lr}\n"
        "  mov r4, r0\n"
        "  ldr r0, =1000\n"
        "  ldr r2, =0x12345678\n"
        "  bl looping\n"
        "  bl copying\n"
        "  pop {r4}\n"
        "  movs r0, #3\n"
        "  b jumped_to\n"
        ".ltorg\n"
        ".size countable, .-countable\n"
        ".thumb_func\n.type looping, %function\n"
        "looping: subs r0, r0, #1\n"
        "  bne looping\n"
        "  bx lr\n"
        ".size looping, .-looping\n"
        ".thumb_func\n.type copying, %function\n"
        "copying: ldr r0, [r4]\n"
        "  ldr r1, [r4, #4]\n"
        "  str r0, [r4, #4]\n"
        "  str r1, [r4]\n"
        "  nop\n"
        "  bx lr\n"
        ".size copying, .-copying\n"
        ".thumb_func\n.type jumped_to, %function\n"
        "jumped_to: subs r0, r0, #1\n"
        "  bne jumped_to\n"
        "  pop {pc}\n"
        ".size jumped_to, .-jumped_to\n"
        ".text\n");

void deep(void *words)
{
    volatile uint8_t frame[1000];
    for (uint32_t i = 0; i < sizeof frame; i++) {
        frame[i] = 1;
    }
    (void)words;
}

int main(int argc, char **argv)
{
    static uint32_t words[2] = {1, 2};
    (void)argv;
    measure_run(argc > 1 ? deep : countable, words);
    return 0;
}
