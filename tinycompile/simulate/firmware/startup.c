/* SPDX-License-Identifier: Apache-2.0
 *
 * From reset to main, and from a fault to a report, on any Cortex-M from Armv6-M to Armv8.1-M.
 * Interrupts stay off: the vector table ends with the system exceptions.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "semihosting.h"
#include "startup.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SCB_CCR REGISTER(0xE000ED14u)
#define SCB_CFSR REGISTER(0xE000ED28u) /* reads as 0 on Armv6-M, as do the three below */
#define SCB_HFSR REGISTER(0xE000ED2Cu)
#define SCB_MMFAR REGISTER(0xE000ED34u)
#define SCB_BFAR REGISTER(0xE000ED38u)
#define SCB_CPACR REGISTER(0xE000ED88u)
#define CCR_TRAP_UNALIGNED (1u << 3)
#define CCR_LOW_OVERHEAD_BRANCHES (1u << 19)
#define CPACR_FPU (0xFu << 20) /* and MVE */

enum { FAULT_STATUS = 99, MOST_ARGUMENTS = 32 };

/* What the core pushes when it takes an exception. */
struct exception_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

/* From the linker script; only their addresses mean anything. */
extern uint32_t stack_bottom[], stack_top[];
extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[];

int main(int argc, char **argv);
void reset_handler(void);
void fault_handler(void);
void report_fault(const struct exception_frame *frame);

/* A fault may be a stack that ran out, so its report has a stack of its own. */
uint64_t fault_stack[64];

static __attribute__((noreturn, noinline)) void run_main(void)
{
    static char *argv[MOST_ARGUMENTS + 1];
    memcpy(data_start, data_load, (size_t)((char *)data_end - (char *)data_start));
    memset(bss_start, 0, (size_t)((char *)bss_end - (char *)bss_start));
    protect_memory();
    const int argc = sh_arguments(argv, MOST_ARGUMENTS);
    if (argc < 0) {
        sh_error("the arguments do not fit the firmware's command line\n");
        sh_exit(1);
    }
    sh_exit(main(argc, argv));
}

/* Makes the simulated core the one compiled for, before the first instruction that may depend on it:
 * FPU, vectors and loops on; unaligned access off where the real core, an Armv6-M, has none.
 */
void reset_handler(void)
{
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    SCB_CPACR |= CPACR_FPU;
#endif
#if !defined(__ARM_FEATURE_UNALIGNED)
    SCB_CCR |= CCR_TRAP_UNALIGNED;
#endif
#if defined(__ARM_ARCH_8_1M_MAIN__)
    SCB_CCR |= CCR_LOW_OVERHEAD_BRANCHES;
#endif
    __asm__ volatile("dsb\n isb" ::: "memory");
    run_main();
}

/* Every fault comes here on the main stack: hands its frame on, then leaves that stack alone. */
__attribute__((naked)) void fault_handler(void)
{
    __asm__ volatile("mrs r0, msp\n"
                     "ldr r1, =fault_stack + 512\n"
                     "mov sp, r1\n"
                     "bl report_fault\n"
                     ".ltorg\n");
}

static void print_field(const char *name, uint32_t value)
{
    char digits[] = "=00000000";
    for (int i = 8; i > 0; i--, value >>= 4) {
        digits[i] = "0123456789abcdef"[value & 15u];
    }
    sh_error(name);
    sh_error(digits);
}

/* One line that tinycompile.simulate.faults reads. */
void report_fault(const struct exception_frame *frame)
{
    const uintptr_t at = (uintptr_t)frame;
    const int pushed = at >= (uintptr_t)stack_bottom && at < (uintptr_t)stack_top;
    sh_error("fault:");
    print_field(" cfsr", SCB_CFSR);
    print_field(" hfsr", SCB_HFSR);
    print_field(" mmfar", SCB_MMFAR);
    print_field(" bfar", SCB_BFAR);
    if (pushed) {
        print_field(" pc", frame->pc);
        print_field(" lr", frame->lr);
    }
    sh_error("\n");
    sh_exit(FAULT_STATUS);
}

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *first_stack_pointer;
    void (*handlers[15])(void);
} vectors = {
    stack_top,
    {
        reset_handler,
        fault_handler, /* NMI */
        fault_handler, /* HardFault */
        fault_handler, /* MemManage */
        fault_handler, /* BusFault */
        fault_handler, /* UsageFault */
        fault_handler, /* SecureFault */
        NULL,
        NULL,
        NULL,
        fault_handler, /* SVCall */
        fault_handler, /* DebugMonitor */
        NULL,
        fault_handler, /* PendSV */
        fault_handler, /* SysTick */
    },
};
