"""float32 to int8 for Helium: where each output begins, it begins in the portable kernel; what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.dsp import alike
from tests.kernels.graphs import matched, quantized, refusal
from tinycompile.kernels.mve import mve_quantize_f32_s8
from tinycompile.kernels.mve.mve_quantize_f32_s8 import KERNEL, begins
from tinycompile.kernels.portable.s8 import quantize_f32_s8


def graph(scale: float, zero_point: int, clip: tuple[int, int] | None = None) -> Any:
    def build(x: Any) -> Any:
        integers = quantized(x, scale, zero_point)
        return relax.op.clip(integers, *clip) if clip else integers

    return build


def cases() -> Iterator[batch.Case]:
    """Every number where an output begins, the one before it, and all sorts of others."""
    rng = np.random.default_rng(0)
    for i in range(30):
        scale = float(np.float32((1 / 255, 2.0**-6, float(2.0 ** rng.uniform(-12, 3)))[i % 3]))
        zero_point = int(rng.choice([-128, 0, 127, int(rng.integers(-128, 128))]))
        clip = (-100, 90) if rng.random() < 0.3 else None
        edges = [begins(n, np.float32(scale)) for n in range(-260, 260)]
        others = rng.normal(0, 100 * scale, 1 + i)
        ends = [np.inf, -np.inf, np.nan, 0.0, -0.0, 3e38, -3e38, 1e-42, -1e-42]
        x = np.concatenate([np.ravel(edges), others, ends]).astype(np.float32)
        match = matched(KERNEL, graph(scale, zero_point, clip), "float32", x=x.shape)
        assert KERNEL.refusal(match) is None
        expected = quantize_f32_s8.reference(quantize_f32_s8.lower(match).params, x)
        call = KERNEL.lower(match)
        made = KERNEL.reference(call.params, x[-len(ends) - len(others) :])
        np.testing.assert_array_equal(made, expected[-len(made) :])
        yield batch.Case(KERNEL, call, [x], expected)


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_numbers_at_all_edges(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(list(cases()), core, tmp_path)


def test_an_inverse_that_is_off_is_no_proof() -> None:
    exact = mve_quantize_f32_s8.found(0.1, -128, 127)
    assert exact
    x, below = begins(101, np.float32(0.1))
    inverse = exact.high, exact.low
    assert mve_quantize_f32_s8.reaches(x, 101, inverse)
    assert not mve_quantize_f32_s8.reaches(below, 101, inverse)
    larger = np.nextafter(exact.high, np.float32(99)), exact.low
    assert mve_quantize_f32_s8.reaches(below, 101, larger)


@pytest.mark.parametrize(
    ("scale", "clip", "words"),
    [
        (2.0**-70, None, "The scale is between 2^-64 and 2^64 (it is 8.47e-22)"),
        (0.1, (5, 5), "The output has two values or more (it is 5)"),
    ],
)
def test_what_is_refused(scale: float, clip: tuple[int, int] | None, words: str) -> None:
    found = refusal(KERNEL, graph(scale, 0, clip), dtype="float32", x=(4,))
    assert found == f"tc_mve_quantize_f32_s8 does not apply: {words}"


def test_a_scale_without_a_proved_inverse_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mve_quantize_f32_s8, "found", lambda *wanted: None)
    found = refusal(KERNEL, graph(0.1, 0), dtype="float32", x=(4,))
    assert found.endswith("of every number what the quotient does (it does not)")
