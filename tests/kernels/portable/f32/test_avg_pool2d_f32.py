"""tc_avg_pool2d_f32: C is close to the reference; what is refused."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, real
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.avg_pool2d_f32 import KERNEL
from tinycompile.kernels.shared import window


@given(p=cases.pools(), bounds=real.BOUNDS, counted=st.booleans(), seed=cases.SEEDS)
def test_c_is_close_to_the_reference(
    run: Run, p: dict[str, Any], bounds: Any, counted: bool, seed: int
) -> None:
    assume((window.counts(p) > 0).all())
    x = real.reals(seed, p["input_h"], p["input_w"], p["channels"])
    real.assert_c_is_close(run, KERNEL, p | {"count_padding": int(counted)} | bounds, [x])


def pool(x: Any, **attributes: Any) -> Any:
    return relax.op.nn.avg_pool2d(x, **{"pool_size": (2, 2), "layout": "NHWC", **attributes})


def refused(dtype: str = "float32", shape: Any = (1, 4, 4, 2), **attributes: Any) -> str:
    return refusal(KERNEL, lambda x: pool(x, **attributes), dtype=dtype, x=shape)


def test_counted_padding_and_a_relu_are_taken() -> None:
    padded = {"padding": (1, 1, 1, 1), "count_include_pad": True}
    match = matched(
        KERNEL, lambda x: relax.op.nn.relu(pool(x, **padded)), "float32", x=(1, 4, 4, 2)
    )
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    assert (params["count_padding"], params["min"]) == (1, 0)


def test_other_types_and_layouts_are_refused() -> None:
    assert refused("int8").endswith("The input is float32 (it is int8)")
    assert refused(layout="NCHW").endswith("Activations are NHWC (the layout is NCHW)")


def test_windows_beyond_counted_padding_are_refused() -> None:
    assert refused(count_include_pad=True, ceil_mode=True).endswith("(ceil_mode is set)")


def test_windows_in_the_padding_are_refused() -> None:
    assert refused(padding=(2, 0, 0, 0)).endswith("(that of output pixel (0, 0) has none)")


def test_huge_sizes_are_refused() -> None:
    found = refused(shape=(1, 40000, 1, 1), pool_size=(1, 1))
    assert found.endswith("Every size is below 32768 (input_h is 40000)")
