/* Copies a file, prints its name, and ends with the sum of its bytes, modulo 100. */
#include <stdint.h>
#include <string.h>

#include "semihosting.h"

static uint8_t bytes[1000000];
static uint32_t modulus = 1; /* so that .data matters */

int main(int argc, char **argv)
{
    if (argc != 3) {
        sh_error("usage: echo FROM TO\n");
        return 2;
    }
    const int from = sh_open(argv[1], 0);
    if (from < 0) {
        sh_error("cannot open ");
        sh_error(argv[1]);
        sh_error("\n");
        return 3;
    }
    const size_t count = sh_read(from, bytes, sizeof bytes);
    const int to = sh_open(argv[2], 1);
    if (sh_close(from) != 0 || sh_write(to, bytes, count) != count || sh_close(to) != 0) {
        return 4;
    }
    sh_print("copied ");
    sh_print(argv[1]);
    sh_print("\n");
    modulus += 99;
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += bytes[i];
    }
    return (int)(sum % modulus);
}
