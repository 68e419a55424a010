"""The memory plan: no value is lost, whatever the program; tight where the optimum is known."""

from dataclasses import replace
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tinycompile.call import IN_PLACE, Call
from tinycompile.kernel import Kernel
from tinycompile.memory import MemoryPlan, plan
from tinycompile.memory.lifetimes import lifetimes
from tinycompile.memory.overlap import merged, overlaps
from tinycompile.memory.place import Blocks
from tinycompile.memory.prove import Verdict, smaller
from tinycompile.program import Layer, Program, Tensor


def nothing(*_: object) -> None:
    raise AssertionError("a memory plan asks kernels for nothing")


KERNEL = Kernel("tc_any", nothing, nothing, nothing)  # type: ignore[arg-type]


class Build:
    """A program of layers that compute nothing: tensors are bytes with names."""

    def __init__(self, *inputs: int) -> None:
        self.program = Program("model")
        self.program.inputs = [self.tensor(nbytes) for nbytes in inputs]

    def tensor(self, count: int, storage: str = "", dtype: str = "int8") -> Tensor:
        name = f"t{len(self.program.tensors)}"
        tensor = Tensor(name, (count,), dtype, storage or name)
        self.program.tensors[name] = tensor
        return tensor

    def layer(
        self,
        inputs: list[Tensor],
        *counts: int,
        dtype: str = "int8",
        overlaps: tuple[int | None, ...] = (),
        **call: object,
    ) -> Tensor:
        outputs = tuple(self.tensor(count, dtype=dtype) for count in counts)
        name = f"layer{len(self.program.layers):02}_t"
        lowered = Call(inputs=(), params={}, **call)  # type: ignore[arg-type]
        kernel = replace(KERNEL, overlaps=lambda _: overlaps)
        self.program.layers.append(Layer(name, name, kernel, lowered, tuple(inputs), outputs))
        return outputs[-1]

    def alias(self, of: Tensor) -> Tensor:
        return self.tensor(of.nbytes, of.storage)

    def done(self, *outputs: Tensor) -> Program:
        self.program.outputs = list(outputs)
        return self.program


@st.composite
def programs(draw: st.DrawFn, most_layers: int = 12) -> Program:
    sizes = st.integers(1, 40)
    dtypes = st.sampled_from(draw(st.sampled_from([["int8"], ["int8", "int8", "int64"]])))
    build = Build(*draw(st.lists(sizes, min_size=1, max_size=3)))
    for _ in range(draw(st.integers(1, most_layers))):
        known = st.sampled_from(list(build.program.tensors.values()))
        inputs = draw(st.lists(known, min_size=1, max_size=3))
        if draw(st.integers(0, 3)) == 0:
            inputs[0] = build.alias(inputs[0])
        counts = draw(st.lists(st.just(inputs[-1].nbytes) | sizes, min_size=1, max_size=3))
        distances = st.lists(st.none() | st.integers(IN_PLACE, 30), max_size=len(inputs))
        build.layer(
            inputs,
            *counts,
            dtype=draw(dtypes),
            scratch=draw(st.just(0) | sizes),
            overlaps=tuple(draw(distances)) if len(counts) == 1 else (),
        )
    made = [t for layer in build.program.layers for t in layer.outputs]
    others = st.lists(st.sampled_from(list(build.program.tensors.values())), max_size=2)
    return build.done(made[-1], *draw(others))


class Arena:
    """Bytes that remember who wrote them."""

    def __init__(self, plan: MemoryPlan) -> None:
        self.plan = plan
        self.owner = np.full(plan.arena_bytes, "", object)

    def where(self, tensor: Tensor) -> slice:
        start = self.plan.offsets[tensor.storage]
        assert start >= 0 and start + tensor.nbytes <= len(self.owner), f"{tensor} is outside"
        return slice(start, start + tensor.nbytes)

    def write(self, tensor: Tensor) -> None:
        self.owner[self.where(tensor)] = tensor.storage

    def check(self, tensor: Tensor) -> None:
        found = set(self.owner[self.where(tensor)])
        assert found == {tensor.storage}, f"{tensor.storage} was overwritten by {found}"

    def run(self, layer: Layer) -> None:
        """Everything a kernel may do: read, use its scratch, read again, write."""
        if layer.name in self.plan.scratch:
            start = self.plan.scratch[layer.name]
            assert start % self.plan.alignment == 0
            assert start + layer.call.scratch <= len(self.owner)
            self.owner[start : start + layer.call.scratch] = "scratch"
        for tensor in layer.inputs:
            self.check(tensor)
        for tensor in layer.outputs:
            self.check_overlap(layer, tensor)
        for tensor in layer.outputs:
            self.write(tensor)
        if layer.name in self.plan.scratch:
            self.owner[start : start + layer.call.scratch] = "scratch"
        for tensor in layer.outputs:
            self.check(tensor)

    def check_overlap(self, layer: Layer, made: Tensor) -> None:
        """An output may lie on an input only from as far before it as the kernel says."""
        stated = layer.kernel.overlaps({})
        output = self.where(made)
        for position, tensor in enumerate(layer.inputs):
            where = self.where(tensor)
            if where.start < output.stop and output.start < where.stop:
                distance = stated[position]
                assert distance is not None
                if distance == IN_PLACE:
                    assert output == where
                else:
                    assert output.start + distance <= where.start


@settings(deadline=None)
@given(programs())
def test_no_value_is_lost(program: Program) -> None:
    arena = Arena(plan(program))
    for tensor in program.inputs:
        arena.write(tensor)
    for layer in program.layers:
        arena.run(layer)
    for tensor in program.outputs:
        arena.check(tensor)


@settings(deadline=None)
@given(programs())
def test_every_offset_is_aligned_and_the_arena_ends_with_its_last_block(program: Program) -> None:
    result = plan(program)
    places = [*result.offsets.values(), *result.scratch.values(), result.arena_bytes]
    wide = any(tensor.dtype == "int64" for tensor in program.tensors.values())
    assert result.alignment == (8 if wide else 4)
    assert all(offset % result.alignment == 0 for offset in places)
    ends = [
        result.offsets[tensor.storage] + tensor.nbytes
        for tensor in program.tensors.values()
        if tensor.storage in result.offsets
    ]
    ends += [
        result.scratch[layer.name] + layer.call.scratch
        for layer in program.layers
        if layer.call.scratch
    ]
    assert result.arena_bytes == aligned(max(ends), result.alignment)


@settings(deadline=None)
@given(programs())
def test_the_same_program_gives_the_same_plan(program: Program) -> None:
    assert plan(program) == plan(program)


@settings(deadline=None)
@given(programs())
def test_no_arena_is_smaller_than_what_is_alive_at_once(program: Program) -> None:
    result = plan(program)
    assert plan(program, work=0).least_bytes <= result.least_bytes <= result.arena_bytes


@settings(deadline=None)
@given(programs(most_layers=4))
def test_what_is_proved_to_be_the_smallest_arena_is(program: Program) -> None:
    """Of some order of placing first fit is as good as anything."""
    result = plan(program)
    to = result.alignment
    blocks, home = merged(program, lifetimes(program))
    blocks = [replace(block, nbytes=aligned(block.nbytes, to)) for block in blocks]
    assume(len(blocks) <= 6 and not result.scratch)
    known = Blocks(
        blocks, {k: aligned(far, to) for k, far in overlaps(program, blocks, home).items()}
    )
    ends = [known.end(known.first_fit(order) or []) for order in permutations(range(len(blocks)))]
    assert result.arena_bytes == result.least_bytes == min(ends)


def test_a_proof_that_takes_too_long_is_none() -> None:
    """More blocks at once than pairs of them are looked at."""
    build = Build(4)
    tensors = [build.layer(build.program.inputs, 4) for _ in range(70)]
    known = Blocks(lifetimes(build.done(build.layer(tensors, 4))), {})
    assert smaller(known, 280) is Verdict.UNKNOWN
    assert smaller(known, 3) is Verdict.IMPOSSIBLE


def aligned(nbytes: int, to: int = 4) -> int:
    return -(-nbytes // to) * to


def chain(sizes: list[int], **call: Any) -> Program:
    build = Build(sizes[0])
    (tensor,) = build.program.inputs
    for nbytes in sizes[1:]:
        tensor = build.layer([tensor], nbytes, **call)
    return build.done(tensor)


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=30))
def test_a_chain_takes_its_largest_pair_of_neighbours(sizes: list[int]) -> None:
    result = plan(chain(sizes))
    assert result.arena_bytes == max(aligned(a) + aligned(b) for a, b in pairwise(sizes))


def test_a_chain_in_place_takes_its_largest_tensor() -> None:
    result = plan(chain([64, 64, 32, 64], overlaps=(0,)))
    assert result.arena_bytes == 64
    assert plan(chain([32, 64], overlaps=(0,))).arena_bytes == 64  # over the input, and behind it


@pytest.mark.parametrize(
    ("distance", "arena"), [(0, 100), (1, 104), (17, 120), (96, 196), (101, 200)]
)
def test_an_output_lies_as_far_over_its_input_as_the_kernel_says(distance: int, arena: int) -> None:
    result = plan(chain([100, 100], overlaps=(distance,)))
    assert result.arena_bytes == result.least_bytes == arena
    assert result.live_bytes == 200


def test_of_a_batch_every_image_counts() -> None:
    """Each output is 8 bytes larger than its input: the last input is reached after 3 of those."""
    build = Build(4 * 8)
    build.layer(build.program.inputs, 4 * 16, overlaps=(2,))
    (layer,) = build.program.layers
    output = replace(layer.output, shape=(4, 16))
    kernel = replace(layer.kernel, per_image=True)
    build.program.layers = [replace(layer, kernel=kernel, outputs=(output,))]
    result = plan(build.done(output))
    assert result.offsets["t0"] - result.offsets["t1"] == aligned(2 + 3 * 8)


def test_a_tensor_that_is_read_twice_at_once_allows_what_both_allow() -> None:
    def arena(*overlaps: int | None) -> int:
        build = Build(64)
        (x,) = build.program.inputs
        return plan(build.done(build.layer([x, x], 64, overlaps=overlaps))).arena_bytes

    assert (arena(0, 16), arena(0, None), arena(0)) == (64 + 16, 128, 128)


def test_an_output_that_is_made_in_place_only_lies_there_or_apart() -> None:
    assert plan(chain([100, 100, 100], overlaps=(IN_PLACE,))).arena_bytes == 100
    assert plan(chain([100, 96], overlaps=(IN_PLACE,))).arena_bytes == 196


def test_overlaps_add_up_along_a_chain() -> None:
    """Each tensor can begin 8 bytes before the last one: or all anew, behind it."""
    result = plan(chain([100] * 5, overlaps=(8,)))
    assert result.arena_bytes == result.least_bytes == 100 + 4 * 8
    assert (
        plan(chain([100] * 5, overlaps=(8,)), work=0).least_bytes == 100 + 8
    )  # what is not proved
    assert plan(chain([20] * 9, overlaps=(8,))).arena_bytes == 40


def test_an_input_that_is_read_again_is_not_overwritten() -> None:
    build = Build(64)
    (x,) = build.program.inputs
    y = build.layer([x], 64, overlaps=(0,))
    result = plan(build.done(build.layer([y, x], 64, overlaps=(0, 0))))
    assert result.offsets["t0"] != result.offsets["t1"]
    assert result.arena_bytes == 128


def test_an_output_of_the_model_is_not_overwritten() -> None:
    build = Build(64)
    y = build.layer(build.program.inputs, 64)
    result = plan(build.done(y, build.layer([y], 64, overlaps=(0,))))
    assert result.offsets["t1"] != result.offsets["t2"]


def test_an_alias_costs_nothing_and_keeps_its_storage_alive() -> None:
    build = Build(64)
    (x,) = build.program.inputs
    seen = build.alias(x)
    y = build.layer([x], 64)
    result = plan(build.done(build.layer([y, seen], 4)))
    assert result.arena_bytes == 64 + 64 + 4
    assert set(result.offsets) == {"t0", "t2", "t3"}


def test_scratch_lives_for_its_layer_only() -> None:
    build = Build(8)
    x = build.layer(build.program.inputs, 8, scratch=100)
    result = plan(build.done(build.layer([x], 8, scratch=60)))
    assert result.arena_bytes == 8 + 8 + 100
    assert result.scratch_bytes == 100
    assert set(result.scratch) == {"layer00_t", "layer01_t"}


def test_the_usual_bound_counts_neither_scratch_nor_what_lies_in_place() -> None:
    program = chain([10, 20, 30], overlaps=(0,), scratch=7)
    assert plan(program).live_bytes == 20 + 30


@pytest.mark.parametrize("nbytes", [1, 4, 7])
def test_a_program_without_layers_holds_its_input(nbytes: int) -> None:
    build = Build(nbytes)
    assert plan(build.done(*build.program.inputs)).arena_bytes == aligned(nbytes)
