/* Loops that compilers vectorise, 64-bit products, division and floats: one line of results. */
#include <math.h>
#include <stdint.h>

#include "semihosting.h"

enum { COUNT = 1003 };

static int8_t a[COUNT], b[COUNT];
static float f[COUNT];

static void print_word(uint32_t word)
{
    char text[] = "00000000 ";
    for (int i = 7; i >= 0; i--, word >>= 4) {
        text[i] = "0123456789abcdef"[word & 15u];
    }
    sh_print(text);
}

static uint32_t bits(float value)
{
    const union {
        float value;
        uint32_t bits;
    } both = {value};
    return both.bits;
}

int main(void)
{
    uint32_t seed = 1;
    for (int i = 0; i < COUNT; i++) {
        seed = seed * 1664525u + 1013904223u;
        a[i] = (int8_t)(seed >> 24);
        b[i] = (int8_t)(seed >> 16 & 0xffu);
        f[i] = (float)a[i] * 0.1f + (float)b[i];
    }
    int32_t dot = 0, most = -128;
    int64_t wide = 0;
    float sum = 0.0f, largest = f[0];
    for (int i = 0; i < COUNT; i++) {
        dot += a[i] * b[i];
        most = a[i] > most ? a[i] : most;
    }
    for (int i = 0; i < COUNT; i++) {
        wide += (int64_t)a[i] * (dot - b[i]) / (b[i] == 0 ? 1 : b[i]);
        sum += f[i] * f[i];
        largest = f[i] > largest ? f[i] : largest;
    }
    print_word((uint32_t)dot);
    print_word((uint32_t)most);
    print_word((uint32_t)(uint64_t)wide);
    print_word((uint32_t)((uint64_t)wide >> 32));
    print_word(bits(sum));
    print_word(bits(largest / 3.0f));
    print_word(bits(sqrtf(sum)));
    return 0;
}
