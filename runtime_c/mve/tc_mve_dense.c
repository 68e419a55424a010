/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_dense.h"
#include "tc_copy.h"
#include "tc_mve.h"

/* C's own copies may go byte by byte. */
static inline void copy(struct tc_mve_dense *to, const struct tc_mve_dense *from)
{
    tc_copy((int8_t *)to, (const int8_t *)from, sizeof *to);
}

void tc_mve_dense(const struct tc_mve_dense *layer)
{
    const int32_t rest = layer->channels % 4;
    if (layer->pixels > 1 && rest == 0) {
        layer->pairs(layer);
        return;
    }
    struct tc_mve_dense run;
    copy(&run, layer);
    if (run.pixels == 1) { /* a pair of one */
        run.apart = 0;
        run.step = 0;
    }
    run.pairs(&run);
    if (rest) {
        run.packed = run.end;
        run.end += run.set;
        run.output += (run.channels - 4) * run.size;
        run.pairs(&run);
    }
}

void tc_mve_dense_within(const struct tc_mve_dense *layer, int32_t products, int32_t readable, int8_t *scratch)
{
    const int32_t reach = tc_mve_dense_reach(layer), pixels = layer->pixels;
    int32_t inside = readable < reach ? 0 : (readable - reach) / layer->apart + 1;
    inside = inside < pixels ? inside - inside % 2 : pixels; /* pairs */
    if (inside == pixels) {
        tc_mve_dense(layer);
        return;
    }
    struct tc_mve_dense run;
    copy(&run, layer);
    if (inside) {
        run.pixels = inside;
        tc_mve_dense(&run);
    }
    for (int32_t i = inside; i < pixels; i++) {
        tc_copy(scratch + (i - inside) * reach, run.input + i * run.apart, products);
    }
    run.input = scratch;
    run.apart = reach;
    run.output += inside * run.step;
    run.pixels = pixels - inside;
    tc_mve_dense(&run);
}
