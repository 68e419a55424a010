/* SPDX-License-Identifier: Apache-2.0
 *
 * The small cache between a microcontroller's flash and its core: fully associative, least recently
 * used line out first, filled by the sector (what the flash delivers at a time).
 */
#ifndef TINYCOMPILE_FLASH_CACHE_H
#define TINYCOMPILE_FLASH_CACHE_H

#include <stdbool.h>
#include <stdint.h>

enum { MOST_LINES = 1024 };

struct flash_cache {
    uint32_t lines, line_bytes, sector_bytes; /* lines = 0: no cache, nothing is counted */
    uint32_t clock;
    struct {
        uint32_t tag, sectors, used; /* sectors: one bit each; used: the clock at the last access */
    } line[MOST_LINES];
};

/* Whether the flash must be read for this address; its sector is in the cache from then on. */
static inline bool flash_cache_misses(struct flash_cache *cache, uint32_t address)
{
    const uint32_t tag = address / cache->line_bytes;
    const uint32_t sector = 1u << address % cache->line_bytes / cache->sector_bytes;
    uint32_t at = 0;
    for (uint32_t i = 0; i < cache->lines; i++) {
        if (cache->line[i].tag == tag && cache->line[i].sectors != 0) {
            at = i;
            break;
        }
        if (cache->line[i].used < cache->line[at].used) {
            at = i;
        }
    }
    if (cache->line[at].tag != tag) {
        cache->line[at].tag = tag;
        cache->line[at].sectors = 0;
    }
    cache->line[at].used = ++cache->clock;
    const bool miss = (cache->line[at].sectors & sector) == 0;
    cache->line[at].sectors |= sector;
    return miss;
}

#endif
