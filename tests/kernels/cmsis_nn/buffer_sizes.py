"""What CMSIS-NN's own functions say of the buffers they want, on a core of each instruction set."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.codegen.folder import fill
from tinycompile.simulate import build, qemu
from tinycompile.target import Isa, Target

CORES = {Isa.SCALAR: "cortex-m3", Isa.DSP: "cortex-m4", Isa.MVE: "cortex-m55"}
FIELDS = (
    "input_h", "input_w", "input_c", "output_h", "output_w", "output_c", "kernel_h", "kernel_w",
    "stride_h", "stride_w", "pad_top", "pad_left", "dilation_h", "dilation_w",
)  # fmt: skip
SHAPES = 400
# C that makes of the numbers `s` of a convolution, in the order of FIELDS, what functions are asked with.
CONVOLUTION = """\
        const cmsis_nn_dims input = {1, s[0], s[1], s[2]}, output = {1, s[3], s[4], s[5]};
        const cmsis_nn_dims filter = {s[5], s[6], s[7], s[2]}, depthwise = {1, s[6], s[7], s[5]};
        const cmsis_nn_tile stride = {s[9], s[8]}, padding = {s[11], s[10]}, dilation = {s[13], s[12]};
        const cmsis_nn_conv_params conv = {1, 1, stride, padding, dilation, {-128, 127}};
        const cmsis_nn_dw_conv_params dw = {1, 1, s[5] / s[2], stride, padding, dilation, {-128, 127}};
"""

PROGRAM = """\
#include "arm_nnfunctions.h"
#include "semihosting.h"

static const int32_t shapes[][%d] = {
%s
};

int main(void)
{
    const int out = sh_open("sizes.bin", 1);
    for (unsigned i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int32_t *s = shapes[i];
%s
        const int32_t sizes[] = {%s};
        if (sh_write(out, (const char *)sizes, sizeof sizes) != sizeof sizes) {
            return 1;
        }
    }
    return sh_close(out);
}
"""


def asked(
    copy: CmsisNN,
    isa: Isa,
    functions: Collection[str],
    cases: Sequence[dict[str, int]],
    fields: Sequence[str],
    setup: str,
    arguments: Sequence[str],
    folder: Path,
) -> NDArray[np.int32]:
    """(cases, functions): what each of `functions` says for each case.

    The C of `setup` has the `fields` of a case, in order, as `s`; `arguments` are those of each function.
    """
    rows = ",\n".join("{" + ", ".join(str(p[name]) for name in fields) + "}" for p in cases)
    calls = ", ".join(f"{f}({a})" for f, a in zip(functions, arguments, strict=True))
    fill(folder, copy.files(functions))
    (folder / "main.c").write_text(PROGRAM % (len(fields), rows, setup, calls))
    sources = [folder / "main.c", *folder.rglob("cmsis_nn/Source/**/*.c")]
    target, elf = Target.load(CORES[isa]), folder / "sizes.elf"
    build.build_firmware(sources, [folder], target, elf, optimize="-O1")
    qemu.run(elf, target, cwd=folder)
    return np.fromfile(folder / "sizes.bin", np.int32).reshape(len(cases), len(functions))


def convolution_sizes(rng: np.random.Generator) -> list[dict[str, int]]:
    """Convolutions of every kind that CMSIS-NN has a function for, and rows of all paddings."""
    found = []
    for i in range(SHAPES):
        kernel, stride = rng.integers(1, 6, 2), rng.integers(1, 4, 2)
        dilation = rng.integers(1, 3, 2) if i % 5 == 0 else np.ones(2, int)
        size = rng.integers(1, 12, 2) + (kernel - 1) * dilation
        pad = rng.integers(0, kernel)
        if i % 4 == 1:  # a row
            size[0] = kernel[0] = dilation[0] = stride[0] = 1
            pad[0] = 0
        if i % 4 == 2:
            kernel, pad = np.ones(2, int), np.zeros(2, int)
        if i % 4 == 3:
            kernel, pad = np.full(2, 3), np.minimum(pad, 2)
            size = np.maximum(size, 3)
        channels = int(rng.integers(2, 40))
        filters = channels * int(rng.integers(1, 3))
        uneven = rng.integers(0, 2, 2)
        output = (size + 2 * pad + uneven - (kernel - 1) * dilation - 1) // stride + 1
        values = (*size, channels, *output, filters, *kernel, *stride, *pad, *dilation)
        p = dict(zip(FIELDS, map(int, values), strict=True))
        if min(p["output_h"], p["output_w"]) >= 1:
            found.append(p)
    return found
