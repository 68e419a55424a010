/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts what one function of a bare-metal image executes, split into rows: the function itself, and
 * the functions (a network's layers) that it calls, each with all that it calls in turn. Which row a
 * block of code belongs to follows from addresses alone, so tail calls count where they belong:
 * the entry of a row's function begins that row, code of the function itself ends it. A row must not
 * call another, the function itself must be called, not jumped to, and interrupts must be off.
 *
 *   -plugin profile.so,out=FILE,run=LOW:HIGH[,row=ADDRESS...][,flash=LOW:HIGH...]
 *           [,icache=LINES:LINE_BYTES:SECTOR_BYTES][,dcache=...]
 *
 * Addresses are hexadecimal, HIGH is exclusive. Row 0 is the function, then the rows as given. Writes
 *   block ID ADDRESS BYTES INSTRUCTIONS
 *   count ROW BLOCK TIMES TAKEN          taken: left by a branch, not by falling through
 *   memory ROW INSTRUCTION_MISSES DATA_MISSES UNALIGNED
 *   runs N                               how often the function returned
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash_cache.h"

enum { MOST_ROWS = 4096, MOST_RANGES = 8, BUCKETS = 1 << 14 };

struct row {
    uint64_t entry;
    uint64_t instruction_misses, data_misses, unaligned;
    struct {
        uint64_t times, taken;
    } *blocks; /* by block id */
    size_t capacity;
};

struct block {
    uint64_t start, end;
    size_t instructions, id;
    struct row *row; /* that begins here, or NULL */
    bool own;        /* code of the function itself */
    bool in_flash;
    struct block *next; /* in its bucket, newest first */
};

struct range {
    uint64_t low, high;
};

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static char output[4096];
static struct range function, flash[MOST_RANGES];
static size_t flash_ranges;
static struct flash_cache icache, dcache;

static struct row rows[MOST_ROWS + 1];
static size_t row_count = 1;
static struct block *buckets[BUCKETS];
static size_t block_count;

static struct row *current; /* NULL outside the function */
static const struct block *previous;
static uint64_t return_address, runs;

static void *checked(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "profile plugin: out of memory\n");
        exit(1);
    }
    return memory;
}

static bool inside(struct range range, uint64_t address)
{
    return address >= range.low && address < range.high;
}

static bool in_flash(uint64_t address)
{
    for (size_t i = 0; i < flash_ranges; i++) {
        if (inside(flash[i], address)) {
            return true;
        }
    }
    return false;
}

/* The row that `block` belongs to, after `previous` in row `current`; NULL outside the function. */
static struct row *row_of(const struct block *block)
{
    if (current == NULL) {
        if (block->start != function.low || previous == NULL) {
            return NULL;
        }
        return_address = previous->end;
        return &rows[0];
    }
    if (block->start == return_address) {
        runs++;
        return NULL;
    }
    if (block->own) {
        return &rows[0];
    }
    return block->row != NULL ? block->row : current;
}

static void count(struct row *row, const struct block *block)
{
    if (block->id >= row->capacity) {
        const size_t capacity = block->id + 256;
        row->blocks = checked(realloc(row->blocks, capacity * sizeof *row->blocks));
        memset(row->blocks + row->capacity, 0, (capacity - row->capacity) * sizeof *row->blocks);
        row->capacity = capacity;
    }
    row->blocks[block->id].times++;
    if (icache.lines != 0 && block->in_flash) {
        const uint64_t mask = icache.sector_bytes - 1;
        for (uint64_t at = block->start & ~mask; at < block->end; at += icache.sector_bytes) {
            row->instruction_misses += flash_cache_misses(&icache, (uint32_t)at);
        }
    }
}

static void on_block(unsigned cpu, void *data)
{
    const struct block *const block = data;
    (void)cpu;
    if (current != NULL && previous->end != block->start) {
        current->blocks[previous->id].taken++;
    }
    current = row_of(block);
    if (current != NULL) {
        count(current, block);
    }
    previous = block;
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)cpu;
    (void)data;
    if (current == NULL) {
        return;
    }
    const uint64_t bytes = (uint64_t)1 << qemu_plugin_mem_size_shift(info);
    current->unaligned += (address & (bytes - 1)) != 0;
    if (dcache.lines != 0 && !qemu_plugin_mem_is_store(info) && in_flash(address)) {
        current->data_misses += flash_cache_misses(&dcache, (uint32_t)address);
    }
}

static struct row *row_at(uint64_t entry)
{
    for (size_t i = 1; i < row_count; i++) {
        if (rows[i].entry == entry) {
            return &rows[i];
        }
    }
    return NULL;
}

/* The block of this place and length; QEMU may translate the same code several times. */
static struct block *find_block(uint64_t start, uint64_t end, size_t instructions)
{
    struct block **const bucket = &buckets[(start >> 1) % BUCKETS];
    for (struct block *block = *bucket; block != NULL; block = block->next) {
        if (block->start == start && block->instructions == instructions) {
            return block;
        }
    }
    struct block *const block = checked(calloc(1, sizeof *block));
    *block = (struct block){.start = start,
                            .end = end,
                            .instructions = instructions,
                            .id = block_count++,
                            .row = row_at(start),
                            .own = inside(function, start),
                            .in_flash = in_flash(start),
                            .next = *bucket};
    *bucket = block;
    return block;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    const size_t n = qemu_plugin_tb_n_insns(tb);
    const struct qemu_plugin_insn *const last = qemu_plugin_tb_get_insn(tb, n - 1);
    const uint64_t end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
    struct block *const block = find_block(qemu_plugin_tb_vaddr(tb), end, n);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, block);
    for (size_t i = 0; i < n; i++) {
        qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, i), on_access,
                                         QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
    }
}

static void on_exit(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    FILE *const file = fopen(output, "w");
    if (file == NULL) {
        fprintf(stderr, "profile plugin: cannot write %s\n", output);
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const struct block *b = buckets[i]; b != NULL; b = b->next) {
            fprintf(file, "block %zu %" PRIx64 " %" PRIu64 " %zu\n", b->id, b->start,
                    b->end - b->start, b->instructions);
        }
    }
    for (size_t r = 0; r < row_count; r++) {
        const struct row *const row = &rows[r];
        for (size_t i = 0; i < row->capacity; i++) {
            if (row->blocks[i].times != 0) {
                fprintf(file, "count %zu %zu %" PRIu64 " %" PRIu64 "\n", r, i,
                        row->blocks[i].times, row->blocks[i].taken);
            }
        }
        fprintf(file, "memory %zu %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", r,
                row->instruction_misses, row->data_misses, row->unaligned);
    }
    fprintf(file, "runs %" PRIu64 "\n", runs);
    fclose(file);
}

static bool parse_cache(const char *text, struct flash_cache *cache)
{
    return sscanf(text, "%" SCNu32 ":%" SCNu32 ":%" SCNu32, &cache->lines, &cache->line_bytes,
                  &cache->sector_bytes) == 3 &&
           cache->lines <= MOST_LINES;
}

static bool parse_range(const char *text, struct range *range)
{
    return sscanf(text, "%" SCNx64 ":%" SCNx64, &range->low, &range->high) == 2;
}

/* The text after `name=`, or NULL when this is another argument. */
static const char *value_of(const char *argument, const char *name)
{
    const size_t length = strlen(name);
    const bool named = strncmp(argument, name, length) == 0 && argument[length] == '=';
    return named ? argument + length + 1 : NULL;
}

static bool parse(const char *argument)
{
    const char *value;
    if ((value = value_of(argument, "out")) != NULL) {
        return (size_t)snprintf(output, sizeof output, "%s", value) < sizeof output;
    }
    if ((value = value_of(argument, "run")) != NULL) {
        return parse_range(value, &function);
    }
    if ((value = value_of(argument, "row")) != NULL) {
        return row_count <= MOST_ROWS && sscanf(value, "%" SCNx64, &rows[row_count++].entry) == 1;
    }
    if ((value = value_of(argument, "flash")) != NULL) {
        return flash_ranges < MOST_RANGES && parse_range(value, &flash[flash_ranges++]);
    }
    if ((value = value_of(argument, "icache")) != NULL) {
        return parse_cache(value, &icache);
    }
    value = value_of(argument, "dcache");
    return value != NULL && parse_cache(value, &dcache);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!parse(argv[i])) {
            fprintf(stderr, "profile plugin: bad argument %s\n", argv[i]);
            return -1;
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit, NULL);
    return 0;
}
