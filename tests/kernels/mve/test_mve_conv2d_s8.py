"""Convolutions for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.call import Call
from tinycompile.kernels.mve import mve_conv2d_s8
from tinycompile.kernels.mve.mve_conv2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    pointwise = rng.random() < 0.3
    kernel, stride, dilation = (
        [1 if pointwise and which != 1 else int(rng.choice(of)) for _ in range(2)]
        for which, of in enumerate(([1, 2, 3, 4, 7], [1, 1, 2, 3], [1, 1, 1, 2]))
    )
    of = [1, 2, 3, 5, 8, 16, 32, 48, 80, *[208] * pointwise]
    channels, n = int(rng.choice(of)), int(rng.choice([4, 5, 6, 7, 8, 12, 18]))
    pad = [0 if pointwise else int(rng.integers(0, k)) for k in kernel]
    size = [int(rng.integers(1, 8)) for _ in range(2)]
    out = [
        (s + 2 * p - (k - 1) * d - 1) // st + 1
        for s, p, k, d, st in zip(size, pad, kernel, dilation, stride, strict=True)
    ]
    if min(out) < 1 or kernel[0] * kernel[1] * channels > 800:
        return parameters(rng)
    sizes = {
        "input_h": size[0], "input_w": size[1], "input_c": channels,
        "output_h": out[0], "output_w": out[1], "output_c": n,
        "kernel_h": kernel[0], "kernel_w": kernel[1], "stride_h": stride[0], "stride_w": stride[1],
        "dilation_h": dilation[0], "dilation_w": dilation[1], "pad_top": pad[0], "pad_left": pad[1],
    }  # fmt: skip
    return convolutions.convolution(rng, sizes, (n, kernel[0], kernel[1], channels))


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        p = parameters(rng)
        x = convolutions.image(rng, p)
        call = mve_conv2d_s8.call(Call(("input",), p))
        found.append(batch.Case(KERNEL, call, [x], conv2d_s8.reference(p, x).reshape(-1)))
    return found


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    for case in cases(0, 60):
        made = KERNEL.reference(case.call.params, *case.inputs)
        np.testing.assert_array_equal(made.reshape(-1), case.expected)


def test_some_channels_are_not_proved_and_input_is_read_in_every_way() -> None:
    params = [case.call.params for case in cases(1)]
    assert 0 < sum(p["scale"] == 0 for p in params) < len(params)
    ways = {(p["block"] > 0, p["batch"] > 0, p["rows"] > 0) for p in params}
    assert len(ways) == 6, ways


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(weights: tuple[int, ...], **attributes: Any) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    filters = real(np.ones(weights, np.int8), 0.1, 0)

    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.nn.conv2d(real(x), filters, **layouts, **attributes))

    return refusal(KERNEL, build, x=(1, 5, 5, 4))


def test_several_groups_and_few_output_channels_are_refused() -> None:
    assert refused((4, 3, 3, 4)) == "None"
    assert refused((4, 3, 3, 2), groups=2).endswith("has one group (it has 2)")
    assert refused((3, 3, 3, 4)).endswith("at least 4 output channels (there are 3)")
