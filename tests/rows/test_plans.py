"""Plans of rows: every row that is read is there, whatever the program; tight where the least is known."""

from math import inf

import pytest
from hypothesis import assume, given, settings

from tests.rows.arena import Arena
from tests.rows.programs import Build, networks
from tinycompile.memory import plan
from tinycompile.memory.flow import Flow
from tinycompile.memory.rows import Rows
from tinycompile.memory.segments import Variant
from tinycompile.memory.stages import stages
from tinycompile.program import Program


def rows(program: Program, fed: bool = False) -> Rows:
    flat = [1000.0] * len(program.layers)
    storage = program.inputs[0].storage if fed else None
    return Rows([Variant(program, flat)], storage, work=10_000)


@pytest.mark.parametrize("fed", [False, True])
@settings(max_examples=60, deadline=None)
@given(program=networks())
def test_no_row_that_is_read_was_lost(program: Program, fed: bool) -> None:
    storage = program.inputs[0].storage
    if fed:
        assume(program.inputs[0] not in program.outputs)
    plans = rows(program, fed)
    assume(not fed or plans.segments.fastest(inf))
    found = plans.smallest()
    assert found is not None
    layers, placed = plans.plan(found)
    Arena(layers, placed).run(storage if fed else None)


@settings(max_examples=30, deadline=None)
@given(program=networks())
def test_every_plan_of_the_front_keeps_its_rows_and_is_smaller_than_the_one_before(
    program: Program,
) -> None:
    plans, before = rows(program), inf
    cycles = 0.0
    for found in plans.front():
        assert found.arena_bytes < before
        assert found.cycles >= cycles
        Arena(*plans.plan(found)).run()
        before, cycles = found.arena_bytes, found.cycles
    assert before <= plan(program).arena_bytes


@settings(max_examples=30, deadline=None)
@given(program=networks())
def test_no_arena_is_smaller_than_what_is_there_at_once(program: Program) -> None:
    """No row may lie over another here, for these kernels state no overlaps."""
    plans = rows(program)
    found = plans.smallest()
    assert found.arena_bytes >= max(segment.peak for segment in found.path)


def test_tables_hold_words_of_arenas_beyond_64_kib_and_bytes_of_none() -> None:
    """Rows of 301 bytes do not begin at words where they lie in a tensor as a whole."""
    for row, shift in ((300, 2), (301, None)):
        build = Build((1, 300, 1, row))
        (x,) = build.program.inputs
        for _ in range(3):
            x = build.window(x, taps=3, stride=1, dilation=1, pad=1, below=1, row=row)
        program = build.done(build.sums(x))
        found = rows(program).smallest()
        assert found is not None
        assert found.arena_bytes > 1 << 16
        _, placed = rows(program).plan(found)
        assert [group.shift for group in placed.together] == [shift] * len(placed.together)
        assert bool(placed.together) == (shift is not None)
        fed = rows(program, fed=True).smallest()
        assert fed is not None
        assert fed.arena_bytes < 1 << 16


def chain(height: int, row: int, layers: int) -> Program:
    build = Build((1, height, 1, row))
    (x,) = build.program.inputs
    for _ in range(layers):
        x = build.window(x, taps=3, stride=1, dilation=1, pad=1, below=1, row=row)
    return build.done(build.sums(x))


def test_a_chain_of_windows_takes_three_rows_a_layer() -> None:
    """Of the input all is there, but goes row by row as the others come."""
    program = chain(height=40, row=32, layers=4)
    whole, least = plan(program).arena_bytes, rows(program, fed=True).smallest()
    assert whole == 2 * 40 * 32
    state = 2 + 7  # how far the calls are, and a counter for each of 7 stages
    assert least.arena_bytes <= 3 * 4 * 32 + 32 + 4 * 32 + 32 + state + 3
    assert rows(program).smallest().arena_bytes <= 40 * 32 + 9 * 32


def test_layers_run_together_only_where_the_budget_asks_for_it() -> None:
    program = chain(height=40, row=32, layers=4)
    fastest = rows(program).within(inf)
    assert fastest is not None
    assert not any(segment.rows for segment in fastest.path)
    tight = rows(program).within(2000)
    assert tight is not None
    assert tight.arena_bytes <= 2000
    assert any(segment.rows for segment in tight.path)
    assert tight.cycles > fastest.cycles
    assert rows(program).within(1000) is None


def test_a_layer_that_needs_all_of_its_input_ends_a_segment() -> None:
    build = Build((1, 30, 1, 16))
    (x,) = build.program.inputs
    x = build.window(x, 3, 1, 1, 1, 1, 16)
    x = build.whole(x, x.shape, scratch=8)
    x = build.window(x, 3, 2, 1, 1, 1, 16)
    program = build.done(x)
    assert [bool(of_layer) for of_layer in stages(program)] == [True, False, True]
    found = rows(program).smallest()
    assert found is not None
    assert all(not (segment.first <= 1 < segment.end and segment.rows) for segment in found.path)


def test_who_sees_other_rows_in_a_tensor_reads_it_as_a_whole() -> None:
    build = Build((1, 12, 1, 8))
    (x,) = build.program.inputs
    x = build.pointwise(x)
    flat = build.program.tensors["flat"] = build.tensor((1, 6, 1, 16))
    object.__setattr__(flat, "storage", x.storage)
    program = build.done(build.pointwise(flat))
    assert [bool(of_layer) for of_layer in stages(program)] == [True, False]


def test_a_row_goes_as_far_as_it_gets() -> None:
    program = chain(height=5, row=4, layers=2)
    line = [stage for of_layer in stages(program) for stage in of_layer]
    order = [i for i, _ in Flow.of(line).calls]
    assert order == [0, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 1, 2, 3]


def test_the_same_program_gives_the_same_plan() -> None:
    program = chain(height=40, row=20, layers=5)
    one, other = (rows(program).smallest() for _ in range(2))
    assert one.offsets == other.offsets
    assert one.path == other.path
