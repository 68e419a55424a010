"""The order of layers: the smallest peak there is, and nothing is read before it was made."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_memory import Arena, Build, programs
from tinycompile.memory import order, ordered, plan
from tinycompile.memory.order import Work, beam, best_order, exact, in_order
from tinycompile.program import Program, State


def orders(program: Program) -> list[list[int]]:
    """All that make what is read before it is read."""
    before = Work(program).before
    found = []
    for each in permutations(range(len(program.layers))):
        done = 0
        for i in each:
            if before[i] & ~done:
                break
            done |= 1 << i
        else:
            found.append(list(each))
    return found


@settings(deadline=None)
@given(programs(most_layers=5))
def test_no_order_has_a_smaller_peak(program: Program) -> None:
    work = Work(program)
    smallest = min(map(work.peak, orders(program)))
    found = exact(work)
    assert found is not None and work.peak(found) == work.peak(best_order(program)) == smallest
    assert work.least <= smallest <= work.peak(beam(work))


@settings(deadline=None)
@given(programs())
def test_the_peak_is_what_the_plan_says_is_least(program: Program) -> None:
    own = list(range(len(program.layers)))
    assert Work(program).peak(own) == plan(program, work=0).least_bytes


@settings(deadline=None)
@given(programs())
def test_no_value_is_lost_in_the_new_order(program: Program) -> None:
    known = plan(program).arena_bytes
    program, found = ordered(program)
    assert found.arena_bytes <= known and found == plan(program)
    arena = Arena(found)
    for tensor in program.inputs:
        arena.write(tensor)
    for layer in program.layers:
        arena.run(layer)
    for tensor in program.outputs:
        arena.check(tensor)


def two_branches() -> Program:
    """In the model's order both large tensors exist at once."""
    build = Build(8)
    large = [build.layer(build.program.inputs, 100) for _ in range(2)]
    small = [build.layer([tensor], 8) for tensor in large]
    return build.done(build.layer(small, 4))


def test_branches_run_one_after_the_other() -> None:
    program, found = ordered(two_branches())
    assert [layer.name for layer in program.layers] == [f"layer{i:02}_t" for i in range(5)]
    assert [layer.outputs[0].name for layer in program.layers] == ["t1", "t3", "t2", "t4", "t5"]
    assert found.arena_bytes == found.least_bytes == 8 + 8 + 100 + 8 - 8
    assert plan(two_branches()).arena_bytes == 208


def test_an_order_that_is_no_better_is_left_alone() -> None:
    build = Build(8)
    tensors = [build.layer(build.program.inputs, 8) for _ in range(3)]
    program = build.done(build.layer(tensors, 8))
    assert ordered(program)[0] is program


def test_a_state_is_read_before_what_is_written_next() -> None:
    """The layer that reads the state stays before the one that changes it."""
    build = Build(8)
    state = build.tensor(8)
    large = build.layer([*build.program.inputs, state], 100)
    small = build.layer(build.program.inputs, 8)
    next_state = build.tensor(8, state.storage)
    program = build.program
    program.layers.append(
        type(program.layers[0])(
            "layer02_t",
            "",
            program.layers[0].kernel,
            program.layers[0].call,
            (small,),
            (next_state,),
        )
    )
    program.states = [State(state, np.zeros(8, np.int8))]
    build.done(build.layer([large], 4))
    found = orders(program)
    assert found and all(each.index(0) < each.index(2) for each in found)


def test_many_sets_end_in_a_good_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "SETS", 10)
    build = Build(8)
    large = [build.layer(build.program.inputs, 100) for _ in range(9)]
    small = [build.layer([tensor], 8) for tensor in large]
    program = build.done(build.layer(small, 4))
    assert exact(Work(program)) is None
    assert ordered(program)[1].arena_bytes == 8 + 8 * 8 + 100


@given(st.permutations(range(5)))
def test_layers_are_named_by_their_places(places: list[int]) -> None:
    program = in_order(two_branches(), places)
    assert [layer.name[:7] for layer in program.layers] == [f"layer{i:02}" for i in range(5)]
