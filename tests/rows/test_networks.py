"""Networks that run row by row compute what they would layer by layer: every tensor, bit for bit."""

from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.models.test_mlperf_tiny import path_of
from tests.rows.networks import network
from tests.small_model import small_model
from tests.tflite_model import Model
from tinycompile.errors import OverBudget
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import profile, verify

SEEDS = (9, 12, 46)
# Arena bytes of the least, the input in RAM: what is promised.
LEAST = {"kws": 3_900, "vww": 27_760, "ic01": 11_400}


def least(path: Path, **options: object) -> Compiled:
    return compile(path, kernels="portable", ram="min", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_networks_equal_the_oracle(seed: int, tmp_path: Path) -> None:
    data, feeds = network(seed)
    path = tmp_path / "random.tflite"
    path.write_bytes(data)
    whole, found = compile(path, kernels="portable"), least(path)
    assert found.memory.arena_bytes <= whole.memory.arena_bytes
    verify.verify(found, feeds[:2])


@pytest.mark.parametrize("name", LEAST)
def test_mlperf_tiny_in_little_ram(name: str) -> None:
    found = least(path_of(name), name=name)
    assert found.memory.arena_bytes <= LEAST[name]
    assert found.memory.together
    done = verify.verify(found, verify.random_inputs(found, runs=2))
    assert done.tensors == done.total, "tensors that are there row by row are compared, too"


def test_rows_take_hardly_more_instructions_and_run_on_the_target() -> None:
    path = path_of("kws")
    whole, found = compile(path, kernels="portable"), least(path)
    assert "as on the host" in verify.run_on_target(found, verify.random_inputs(found, runs=1))
    one, other = (profile.profile(each).instructions for each in (found, whole))
    assert one <= 1.02 * other


def test_a_budget_is_kept_at_the_least_expense() -> None:
    path = path_of("ic01")
    whole = compile(path, kernels="portable")
    assert whole.memory.arena_bytes == 33_312
    assert whole.memory.together == ()
    some = compile(path, kernels="portable", ram=26_000)
    assert some.memory.arena_bytes <= 26_000
    (group,) = some.memory.together
    assert group.end - group.first < len(some.program.layers) - 3
    assert any(
        "run together, a row at a time: 25,152 bytes" in note for note in some.report["notes"]
    )


def test_what_does_not_fit_is_refused_with_the_least_that_there_is() -> None:
    least = (
        r"the least is 11,3\d\d bytes while the input is in RAM, 10,\d\d\d with --stream-input; "
    )
    with pytest.raises(OverBudget, match=least):
        compile(path_of("ic01"), kernels="portable", ram=11_000)


def test_a_small_model_whose_pool_goes_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(small_model())
    found = least(path)
    assert "tc_max_pool2d_s8_row" in found.files["tiny.c"]
    assert "tc_rows.c" in found.files
    verify.verify(found, verify.random_inputs(found, runs=3))


def tall() -> bytes:
    """An image of 300 lines of 220 bytes -> convolution -> max pool -> convolution -> mean."""
    rng, model = np.random.default_rng(0), Model()
    x = model.tensor("image", (1, 300, 220, 1), scale=0.05, zero_point=-3)
    shapes = ((x, 1, 4, "a", (1, 300, 220, 4)), ("b", 4, 4, "c", (1, 150, 110, 4)))
    for source, before, after, made, shape in shapes:
        weights = rng.integers(-127, 128, (after, 3, 3, before)).astype(np.int8)
        w = model.constant(f"weights of {made}", weights, scale=np.full(after, 0.01))
        bias = model.constant(
            f"bias of {made}", np.arange(after, dtype=np.int32), scale=np.full(after, 0.0005)
        )
        y = model.tensor(made, shape, scale=0.05, zero_point=4)
        model.operator(
            "CONV_2D", [source, w, bias], [y], "Conv2DOptions", version=3,
            padding=tflite.Padding.SAME, stride_h=1, stride_w=1,
            dilation_h_factor=1, dilation_w_factor=1,
        )  # fmt: skip
        if made == "a":
            pooled = model.tensor("b", (1, 150, 110, 4), scale=0.05, zero_point=4)
            model.operator(
                "MAX_POOL_2D", [y], [pooled], "Pool2DOptions", version=2, padding=tflite.Padding.VALID,
                stride_h=2, stride_w=2, filter_height=2, filter_width=2,
            )  # fmt: skip
    mean = model.tensor("mean", (1, 4), scale=0.02, zero_point=0)
    axes = model.constant("axes", np.array([1, 2], np.int32))
    model.operator("MEAN", ["c", axes], [mean], "ReducerOptions", version=2, keep_dims=False)
    return model.build([x], [mean])


@pytest.mark.parametrize("by_lines", [False, True])
def test_an_image_of_more_than_64_kib_and_255_lines(by_lines: bool, tmp_path: Path) -> None:
    """Offsets are in words then, and counters have two bytes."""
    path = tmp_path / "tall.tflite"
    path.write_bytes(tall())
    found = least(path, stream_input=by_lines)
    (group,) = found.memory.together
    assert group.counter_bytes == 2
    assert group.shift == (0 if by_lines else 2)
    assert (found.memory.arena_bytes < 6_000) == by_lines
    verify.verify(found, verify.random_inputs(found, runs=1))
