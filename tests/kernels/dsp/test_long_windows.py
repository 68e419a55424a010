"""Windows of int16 with more products than 16 bits count, all but a few of them by weights of 0."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.kernels import batch
from tests.kernels.dsp import products_s16
from tinycompile.call import Call
from tinycompile.kernel import Kernel
from tinycompile.kernels.dsp import dsp_conv2d_s16, dsp_depthwise_conv2d_s16
from tinycompile.kernels.portable.s16 import conv2d_s16, depthwise_conv2d_s16

PLAIN = {
    "input_h": 3, "input_w": 5, "output_h": 1, "output_w": 3, "output_c": 4, "stride_h": 1, "stride_w": 1,
    "dilation_h": 1, "dilation_w": 1, "pad_top": 1, "pad_left": 20,
}  # fmt: skip


def case(
    kernel: Kernel,
    call: Callable[[Call], Call],
    reference: Callable[..., Any],
    p: dict[str, Any],
    x: np.ndarray,
) -> batch.Case:
    few = np.random.default_rng(1).random(p["weights"].shape) < 0.001
    p["weights"] = p["weights"] * few
    made = call(Call(("input",), p))
    return batch.Case(kernel, made, [x], reference(p, x).reshape(-1))


def test_they_are_summed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sizes = PLAIN | {"kernel_h": 9, "kernel_w": 92, "input_c": 80, "groups": 1}
    p = sizes | products_s16.tables(rng, (4, 9, 92, 80))
    x = products_s16.image(rng, 3, 5, 80)
    cases = [case(dsp_conv2d_s16.KERNEL, dsp_conv2d_s16.call, conv2d_s16.reference, p, x)]
    sizes = PLAIN | {"kernel_h": 182, "kernel_w": 181, "input_c": 4}
    p = sizes | products_s16.tables(rng, (182, 181, 4), axis=2)
    x = products_s16.image(rng, 3, 5, 4)
    depthwise = dsp_depthwise_conv2d_s16
    cases.append(case(depthwise.KERNEL, depthwise.call, depthwise_conv2d_s16.reference, p, x))
    counts = [made.call.params[name] for made, name in zip(cases, ("pairs", "taps"), strict=True)]
    assert min(counts) > 2**15
    batch.run(cases, tmp_path)
