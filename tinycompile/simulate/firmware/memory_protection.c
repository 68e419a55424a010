/* SPDX-License-Identifier: Apache-2.0
 *
 * Some simulated machines ignore an access to memory they do not have, and all let a program write
 * its own code. With the memory protection unit on, whatever the memory map does not name faults.
 */
#include <stdint.h>

#include "startup.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define MPU_CTRL REGISTER(0xE000ED94u)
#define MPU_RNR REGISTER(0xE000ED98u)
#define MPU_RBAR REGISTER(0xE000ED9Cu)
#define MPU_RASR REGISTER(0xE000EDA0u)  /* Armv6-M and Armv7-M */
#define MPU_RLAR REGISTER(0xE000EDA0u)  /* Armv8-M */
#define MPU_MAIR0 REGISTER(0xE000EDC0u) /* Armv8-M */
#define MPU_ON 1u

/* From the linker script; only their addresses mean anything. */
extern uint32_t flash_start[], flash_end[], ram_start[], ram_end[];
extern uint32_t constants_start[], constants_end[];

enum access { CODE, CONSTANT, VARIABLE };

#if __ARM_ARCH >= 8

static void allow(uint32_t region, const uint32_t *start, const uint32_t *end, enum access access)
{
    const uint32_t read_only = access == VARIABLE ? 0 : 1u << 2;
    const uint32_t execute_never = access == CODE ? 0 : 1u;
    MPU_MAIR0 = 0xFFu; /* attribute 0: normal memory, write-back */
    MPU_RNR = region;
    MPU_RBAR = (uint32_t)start | read_only | execute_never;
    MPU_RLAR = ((uint32_t)end - 32u) | MPU_ON;
}

#else

/* Here a region is a power of two, and starts at a multiple of its size. */
static void allow(uint32_t region, const uint32_t *start, const uint32_t *end, enum access access)
{
    const uint32_t normal_write_back = 1u << 19 | 3u << 16;
    const uint32_t permission = access == VARIABLE ? 1u << 24 : 5u << 24; /* privileged */
    const uint32_t execute_never = access == CODE ? 0 : 1u << 28;
    uint32_t log2_bytes = 5;
    while ((uint32_t)end - (uint32_t)start > 1u << log2_bytes) {
        log2_bytes++;
    }
    MPU_RNR = region;
    MPU_RBAR = (uint32_t)start;
    MPU_RASR = execute_never | permission | normal_write_back | (log2_bytes - 1) << 1 | MPU_ON;
}

#endif

void protect_memory(void)
{
    allow(0, flash_start, flash_end, CODE);
    allow(1, constants_start, constants_end, CONSTANT);
    allow(2, ram_start, ram_end, VARIABLE);
    MPU_CTRL = MPU_ON;
    __asm__ volatile("dsb\n isb" ::: "memory");
}
