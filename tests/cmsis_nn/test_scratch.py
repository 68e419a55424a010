"""Our scratch sizes equal those that CMSIS-NN's own functions state, on a core of each instruction set."""

from pathlib import Path

import numpy as np
import pytest

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.codegen.folder import fill
from tinycompile.kernels import cmsis_scratch
from tinycompile.kernels.cmsis import Context
from tinycompile.simulate import build
from tinycompile.simulate import qemu as simulator
from tinycompile.target import Isa, Target

CORES = {Isa.SCALAR: "cortex-m3", Isa.DSP: "cortex-m4", Isa.MVE: "cortex-m55"}
FIELDS = (
    "input_h", "input_w", "input_c", "output_h", "output_w", "output_c", "kernel_h", "kernel_w",
    "stride_h", "stride_w", "pad_top", "pad_left", "dilation_h", "dilation_w",
)  # fmt: skip
FUNCTIONS = {
    "convolution": "arm_convolve_wrapper_s8_get_buffer_size",
    "depthwise": "arm_depthwise_conv_wrapper_s8_get_buffer_size",
    "average_pool": "arm_avgpool_s8_get_buffer_size",
}
SHAPES = 400

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
        const cmsis_nn_dims input = {1, s[0], s[1], s[2]}, output = {1, s[3], s[4], s[5]};
        const cmsis_nn_dims filter = {s[5], s[6], s[7], s[2]}, depthwise = {1, s[6], s[7], s[5]};
        const cmsis_nn_tile stride = {s[9], s[8]}, padding = {s[11], s[10]}, dilation = {s[13], s[12]};
        const cmsis_nn_conv_params conv = {1, 1, stride, padding, dilation, {-128, 127}};
        const cmsis_nn_dw_conv_params dw = {1, 1, s[5] / s[2], stride, padding, dilation, {-128, 127}};
        const int32_t sizes[] = {
            arm_convolve_wrapper_s8_get_buffer_size(&conv, &input, &filter, &output),
            arm_depthwise_conv_wrapper_s8_get_buffer_size(&dw, &input, &depthwise, &output),
            arm_avgpool_s8_get_buffer_size((int)s[4], (int)s[2]),
        };
        if (sh_write(out, (const char *)sizes, sizeof sizes) != sizeof sizes) {
            return 1;
        }
    }
    return sh_close(out);
}
"""


def shapes(rng: np.random.Generator) -> list[dict[str, int]]:
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


@pytest.mark.parametrize("isa", CORES, ids=lambda isa: isa.name)
def test_sizes_equal_those_of_cmsis_nn(
    isa: Isa, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    cases = shapes(np.random.default_rng(7))
    rows = ",\n".join("{" + ", ".join(str(p[name]) for name in FIELDS) + "}" for p in cases)
    fill(tmp_path, copy.files(FUNCTIONS.values()))
    (tmp_path / "main.c").write_text(PROGRAM % (len(FIELDS), rows))
    sources = [tmp_path / "main.c", *tmp_path.rglob("cmsis_nn/Source/**/*.c")]
    target, elf = Target.load(CORES[isa]), tmp_path / "sizes.elf"
    build.build_firmware(sources, [tmp_path], target, elf, optimize="-O0")
    simulator.run(elf, target, cwd=tmp_path)
    theirs = np.fromfile(tmp_path / "sizes.bin", np.int32).reshape(len(cases), len(FUNCTIONS))

    context = Context(isa, copy.version, copy.functions)
    for p, sizes in zip(cases, theirs, strict=True):
        p |= {"groups": 1, "channels": p["input_c"]}
        ours = [getattr(cmsis_scratch, name)(p, context) for name in FUNCTIONS]
        assert ours == sizes.tolist(), f"{isa.name}, {copy}: {p}"
    assert len({tuple(row) for row in theirs.tolist()}) > SHAPES / 10
