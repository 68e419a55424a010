"""Kernels for DSP cores row by row: between the fastest plan and the smallest, and with the same results."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.models.test_mlperf_tiny import path_of
from tests.rows.networks import network
from tinycompile.pipeline import compile
from tinycompile.simulate import profile, verify


@pytest.mark.parametrize("seed", [46])
def test_random_networks_equal_the_oracle(seed: int, tmp_path: Path) -> None:
    data, feeds = network(seed)
    path = tmp_path / "random.tflite"
    path.write_bytes(data)
    whole = compile(path, kernels="dsp")
    least = compile(path, kernels="dsp", ram="min")
    assert least.memory.arena_bytes <= whole.memory.arena_bytes
    assert whole.by_rows
    for found in list(whole.by_rows.front())[-1:]:
        some = compile(path, kernels="dsp", ram=found.arena_bytes)
        assert some.memory.arena_bytes <= found.arena_bytes
        verify.verify(some, feeds[:1])


# By name: RAM, whether the input comes by lines, the most instructions of those of the fastest plan.
CASES = {"ic01": (21_000, False, 1.10), "vww": (24_800, True, 1.10)}


@pytest.mark.parametrize("name", CASES)
def test_much_less_ram_for_little_more_time(name: str) -> None:
    ram, by_lines, most = CASES[name]
    fastest = compile(path_of(name), kernels="dsp")
    found = compile(path_of(name), kernels="dsp", ram=ram, stream_input=by_lines)
    assert found.memory.arena_bytes <= ram < 0.6 * fastest.memory.arena_bytes
    called = {stage.function for group in found.memory.together for stage in group.flow.line}
    assert {f"{symbol}_row" for symbol in SEEN[name]} <= called
    verify.verify(found, verify.random_inputs(found, runs=1))
    one, other = (profile.profile(each).instructions for each in (found, fastest))
    assert one <= most * other


SEEN = {
    "ic01": ("tc_dsp_conv2d_s8", "tc_dsp_conv2d_patches_s8"),
    "vww": ("tc_dsp_conv2d_patches_s8", "tc_dsp_depthwise_conv2d_3x3_s8", "tc_dsp_pointwise_s8"),
}


@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m55"])
def test_no_plan_that_is_listed_and_fits_is_faster(target: str) -> None:
    """Wherever the budget lies between two that are listed."""
    whole = compile(path_of("ic01"), target=target)
    assert whole.by_rows
    listed = list(whole.by_rows.front())
    assert len(listed) > 5
    for plan, smaller in list(pairwise(listed))[::5]:
        budget = (plan.arena_bytes + smaller.arena_bytes) // 2
        fitting = min(one.cycles for one in listed if one.arena_bytes <= budget)
        found = whole.by_rows.within(budget)
        assert found and found.arena_bytes <= budget and found.cycles <= fitting
