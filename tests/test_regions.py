"""Regions: what is used most lies in faster memory, nothing is lost, and the C finds it there."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_model import small_model
from tests.test_memory import Arena, Build, aligned, programs
from tinycompile import linking, memory, pipeline
from tinycompile.codegen.folder import fill
from tinycompile.errors import InvalidOption
from tinycompile.memory import MemoryPlan
from tinycompile.memory.regions import chosen, spread
from tinycompile.program import Program
from tinycompile.simulate import verify
from tinycompile.simulate.build import build_host
from tinycompile.target import Memory, Target

BOARD = """\
core = "{core}"
description = "A board with two memories"
flash_kib = 512
ram_kib = 64
clock_mhz = 100
memory = [
    {{name = "flash", kind = "flash", bytes = 524288}},
    {{name = "TCM 0", kind = "ram", bytes = {fast}}},
    {{name = "sram", kind = "ram", bytes = 65536}},
]
"""


def ram(*sizes: int) -> list[Memory]:
    return [Memory(name=f"ram{i}", kind="ram", bytes=n) for i, n in enumerate(sizes)]


def one_space(plan: MemoryPlan) -> MemoryPlan:
    """The regions behind the arena, as if all were one."""
    offsets, scratch, end = dict(plan.offsets), dict(plan.scratch), aligned(plan.arena_bytes, 8)
    for region in plan.regions:
        offsets |= {name: end + at for name, at in region.offsets.items()}
        scratch |= {name: end + at for name, at in region.scratch.items()}
        end += aligned(region.nbytes, 8)
    return replace(plan, offsets=offsets, scratch=scratch, arena_bytes=end)


@settings(deadline=None, max_examples=50)
@given(programs(), st.integers(0, 120), st.integers(0, 60))
def test_no_value_is_lost(program: Program, fast: int, slower: int) -> None:
    plan = spread(program, ram(fast, slower))
    assert [
        region.nbytes <= size for region, size in zip(plan.regions, (fast, slower), strict=True)
    ] == [True] * 2
    assert all(t.storage in plan.offsets for t in (*program.inputs, *program.outputs))
    assert min(plan.offsets.values()) >= 16  # behind the regions' addresses
    arena = Arena(one_space(plan))
    for tensor in program.inputs:
        arena.write(tensor)
    for layer in program.layers:
        arena.run(layer)
    for tensor in program.outputs:
        arena.check(tensor)


def test_what_is_used_most_is_where_it_is_fast() -> None:
    build = Build(8)
    often = build.layer(build.program.inputs, 40)
    seldom = build.layer([often], 40, macs=10_000)
    program = build.done(build.layer([seldom], 8, macs=10, scratch=24))
    plan = spread(program, ram(40))
    assert dict(plan.regions[0].offsets) == {often.storage: 0}
    assert plan.region_of(often.storage) is plan.regions[0]
    assert plan.region_of(seldom.storage) is None and seldom.storage in plan.offsets


def board(tmp_path: Path, fast: int, core: str = "host") -> Path:
    path = tmp_path / "board.toml"
    path.write_text(BOARD.format(core=core, fast=fast))
    return path


def compiled(tmp_path: Path, fast: int) -> pipeline.Compiled:
    model = tmp_path / "tiny.tflite"
    model.write_bytes(small_model())
    return pipeline.compile(model, target=board(tmp_path, fast), kernels="portable", regions=True)


def test_a_library_with_regions_computes_the_same(tmp_path: Path) -> None:
    model = compiled(tmp_path, 40)
    (region,) = model.memory.regions
    assert 0 < region.nbytes <= 40 and region.offsets
    verify.verify(model, verify.random_inputs(model, runs=4))
    (told,) = model.report["memory"]["regions"]
    assert (told["name"], told["bytes"]) == ("TCM 0", region.nbytes)


def test_the_example_gives_every_memory_a_buffer(tmp_path: Path) -> None:
    model = compiled(tmp_path, 40)
    fill(tmp_path / "made", model.files)
    sources = [tmp_path / "made" / name for name in model.files if name.endswith(".c")]
    build_host(sources, [tmp_path / "made"], tmp_path / "program")
    assert "void tiny_regions(void *arena, void *tcm_0);" in model.files["tiny.h"]
    assert "tiny.hpp" not in model.files
    with pytest.raises(InvalidOption, match="--regions is for one model, and for none of --export"):
        linking.link([model], "tiny", exports=["zephyr"])


def test_an_arena_that_fits_the_fastest_memory_is_one_piece(tmp_path: Path) -> None:
    model = compiled(tmp_path, 4096)
    assert model.memory.regions == () and model.memory == memory.plan(model.program)


def test_a_target_without_a_faster_memory_is_refused() -> None:
    build = Build(8)
    program = build.done(build.layer(build.program.inputs, 8))
    for name in ("cortex-m4", "stm32l475"):  # lists none; lists its largest first
        with pytest.raises(
            InvalidOption, match=f"--regions: {name} lists no RAM faster than its largest"
        ):
            chosen(program, memory.plan(program), Target.load(name))


def test_layers_that_run_row_by_row_have_no_regions() -> None:
    build = Build(8)
    program = build.done(build.layer(build.program.inputs, 8))
    plan = replace(memory.plan(program), together=(object(),))  # type: ignore[arg-type]
    with pytest.raises(InvalidOption, match="not for what runs row by row"):
        chosen(program, plan, Target.load("stm32h743"))
