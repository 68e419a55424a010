/* Every function of tc_dsp.h on random words: lines of "name a b c result", in hex. */
#include "semihosting.h"
#include "tc_dsp.h"
#include "tc_dsp_extremes.h"

static void print_word(uint32_t word)
{
    char text[] = " 00000000";
    for (int i = 8; i; i--, word >>= 4) {
        text[i] = "0123456789abcdef"[word & 15u];
    }
    sh_print(text);
}

static uint32_t seed = 1;

/* Often an end of what halves, bytes or words can hold. */
static uint32_t random_word(void)
{
    static const uint32_t ends[] = {0x80008000u, 0x7fff8000u, 0x80808080u, 0x7f807f80u, 0x80000000u, 0x7fffffffu, 0xffffffffu, 0u};
    seed = seed * 1664525u + 1013904223u;
    const uint32_t choice = seed >> 27;
    seed = seed * 1664525u + 1013904223u;
    return choice < 8u ? ends[choice] : choice < 16u ? (seed >> 16) - 0x8000u : seed ^ seed >> 15;
}

static void show(const char *name, uint32_t a, uint32_t b, uint32_t c, uint32_t result)
{
    sh_print(name);
    print_word(a);
    print_word(b);
    print_word(c);
    print_word(result);
    sh_print("\n");
}

#define SHOW(name, ...) show(#name, a, b, c, (uint32_t)tc_##name(__VA_ARGS__))

int main(void)
{
    for (int i = 0; i < 200; i++) {
        const uint32_t a = random_word(), b = random_word(), c = random_word();
        const int32_t x = (int32_t)a, y = (int32_t)b, z = (int32_t)c;
        uint8_t bytes[8] = {0};
        tc_store32(bytes + 1, a);
        SHOW(load32, bytes + 1);
        SHOW(ror8, a);
        SHOW(pkhbt, a, b);
        SHOW(pkhtb, a, b);
        SHOW(uxtb16, a);
        SHOW(sxtb16, a);
        SHOW(sxtb16_ror8, a);
        SHOW(sadd16, a, b);
        SHOW(ssub16, a, b);
        SHOW(sxtab16, a, b);
        SHOW(sxtab16_ror8, a, b);
        SHOW(max8, a, b);
        SHOW(min8, a, b);
        SHOW(max16, a, b);
        SHOW(min16, a, b);
        SHOW(smlabb, a, b, z);
        SHOW(smlabt, a, b, z);
        SHOW(smlatb, a, b, z);
        SHOW(smlatt, a, b, z);
        SHOW(smlad, a, b, z);
        SHOW(smlsdx, a, b, z);
        const int64_t sum = tc_smlald(a, b, (int64_t)((uint64_t)c << 32 | b));
        show("smlald_low", a, b, c, (uint32_t)((uint64_t)sum & 0xffffffffu));
        show("smlald_high", a, b, c, (uint32_t)((uint64_t)sum >> 32));
        SHOW(smlawb, x, b, z);
        SHOW(smlawt, x, b, z);
        SHOW(smmla, x, y, z);
        SHOW(smmlar, x, y, z);
        SHOW(smmlsr, x, y, z);
        SHOW(ssat, x, 8);
        show("ssat_shifted", a, b, c, (uint32_t)tc_ssat(x >> 20, 8));
        show("ssat_to_16", a, b, c, (uint32_t)tc_ssat(x, 16));
        SHOW(usat, x, 8);
    }
    return 0;
}
