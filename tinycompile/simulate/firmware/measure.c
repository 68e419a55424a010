/* SPDX-License-Identifier: Apache-2.0
 *
 * The stack is painted before the run; the deepest word that lost its paint is how deep it went. Each word
 * has a colour of its own, so that none can be pushed as what a register happens to hold.
 *
 * -DCMSDK_TIMER=ADDRESS or -DSSE_COUNTER=ADDRESS names the machine's timer, which under QEMU's -icount
 * counts instructions. It is outside the memory that start-up allows, so protection ends here.
 */
#include "measure.h"

#include "semihosting.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define MPU_CTRL REGISTER(0xE000ED94u)

extern uint32_t stack_bottom[]; /* from the linker script; only its address means anything */

#if defined(CMSDK_TIMER)
#define TIMED 1
static void start_timer(void)
{
    REGISTER(CMSDK_TIMER + 8) = 0xFFFFFFFFu; /* what it starts from again */
    REGISTER(CMSDK_TIMER + 4) = 0xFFFFFFFFu; /* the count, downwards */
    REGISTER(CMSDK_TIMER) = 1;
}

static uint32_t now(void)
{
    return 0u - REGISTER(CMSDK_TIMER + 4);
}
#elif defined(SSE_COUNTER)
#define TIMED 1
static void start_timer(void)
{
    REGISTER(SSE_COUNTER) = 1;
}

static uint32_t now(void)
{
    return REGISTER(SSE_COUNTER + 8);
}
#else
#define TIMED 0
static void start_timer(void)
{
}

static uint32_t now(void)
{
    return 0;
}
#endif

static void print_figure(const char *name, uint32_t value)
{
    char digits[11];
    char *first = digits + sizeof digits - 1;
    *first = '\0';
    do {
        *--first = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    sh_print(name);
    sh_print(" ");
    sh_print(first);
    sh_print("\n");
}

static uint32_t paint(const volatile uint32_t *word)
{
    return ~(uint32_t)(uintptr_t)word;
}

static void run_nothing(void *arena)
{
    (void)arena;
}

/* `*top` becomes where the stack of `run` begins. The compiler may know nothing of this function's use, or
 * it would jump to `run` instead of calling it; a profiler waits for the return from a call.
 */
static __attribute__((noipa)) uint32_t ticks_of(void (*run)(void *), void *arena, uintptr_t *top)
{
    __asm__ volatile("mov %0, sp" : "=r"(*top));
    const uint32_t start = now();
    run(arena);
    return now() - start;
}

void measure_run(void (*run)(void *), void *arena)
{
    uintptr_t top;
    if (TIMED) {
        MPU_CTRL = 0;
        start_timer();
    }
    const uint32_t ticks_of_nothing = ticks_of(run_nothing, arena, &top);
    volatile uint32_t *deepest = stack_bottom;
    for (volatile uint32_t *word = deepest; (uintptr_t)word < top; word++) {
        *word = paint(word);
    }
    const uint32_t ticks = ticks_of(run, arena, &top) - ticks_of_nothing;
    while ((uintptr_t)deepest < top && *deepest == paint(deepest)) {
        deepest++;
    }
    print_figure("stack", (uint32_t)(top - (uintptr_t)deepest));
    if (TIMED) {
        print_figure("ticks", ticks);
    }
}
