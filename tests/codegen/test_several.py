"""Several models in one library: kernels once, one arena, states apart, no names in common."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

import tinycompile
from tests.codegen.exports import firmware
from tests.operators.test_svdf import svdf
from tests.small_model import small_model
from tinycompile.codegen.names import refuse_same
from tinycompile.codegen.project import library_sources
from tinycompile.errors import InvalidOption, OverBudget
from tinycompile.linking import link
from tinycompile.memory import MemoryPlan
from tinycompile.memory.sharing import shared
from tinycompile.pipeline import Compiled
from tinycompile.simulate.build import WARNINGS, build_host, run_host

DATA = {
    "tiny": small_model(),
    "left": svdf("int8", 2, 4, -50, layers=3),
    "right": svdf("int16", 1, 8),
}
Make = Callable[..., Compiled]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """`make("tiny", ...)` compiles one of DATA."""
    folder = tmp_path_factory.mktemp("models")

    def compile(model: str, **options: object) -> Compiled:
        (folder / f"{model}.tflite").write_bytes(DATA[model])
        settings = {"target": "host", "kernels": "portable"} | options
        return tinycompile.compile(folder / f"{model}.tflite", **settings)  # type: ignore[arg-type]

    return compile


def test_models_take_turns_in_one_arena_and_keep_their_states(make: Make, tmp_path: Path) -> None:
    models = [make(name) for name in ("left", "tiny", "right")]
    library = link(models, "all_of_them")
    library.write(tmp_path / "lib")
    (tmp_path / "main.c").write_text(firmware.source(library))
    expected = firmware.Expected(models, tmp_path)
    expected.write_inputs(tmp_path)
    sources = [tmp_path / "lib" / name for name in library_sources(library.files)]
    program = build_host(
        [tmp_path / "main.c", *sources], [tmp_path / "lib"], tmp_path / "program", sanitize=True
    )
    run_host(program, tmp_path)
    expected.check(tmp_path)


def test_the_arena_is_that_of_the_largest_behind_all_states(make: Make) -> None:
    models = [make(name) for name in ("left", "tiny", "right")]
    library = link(models, "nets")
    left, tiny, right = (one.memory for one in models)
    states = left.state_bytes + right.state_bytes
    runs = [one.arena_bytes - one.state_bytes for one in (left, tiny, right)]
    assert library.report["ram"]["arena_bytes"] == states + max(runs)
    header = library.files["nets.h"]
    assert isinstance(header, str)
    assert f"#define NETS_ARENA_BYTES {states + max(runs)} " in header
    assert f"#define NETS_STATE_BYTES {states} " in header
    assert f"#define RIGHT_STATE_OFFSET {left.state_bytes}\n" in str(library.files["right.h"])


def test_plans_of_different_alignment_share_an_arena() -> None:
    plans = [
        MemoryPlan({"s": 0, "x": 4}, {"l": 8}, 12, 12, 12, 4, state_bytes=4),
        MemoryPlan({"s": 0, "x": 8}, {}, 16, 16, 16, 0, state_bytes=8, alignment=8),
    ]
    first, second = shared(plans)
    assert (first.offsets, first.scratch, first.arena_bytes) == ({"s": 0, "x": 16}, {"l": 20}, 24)
    assert (second.offsets, second.state_offset, second.arena_bytes) == ({"s": 8, "x": 16}, 8, 24)


def test_all_that_a_plan_says_of_places_is_moved() -> None:
    """A new field of it must be looked at in tinycompile/memory/sharing.py, then here."""
    moved = {"offsets", "scratch", "arena_bytes", "state_offset", "together"}
    sizes = {"least_bytes", "live_bytes", "scratch_bytes", "state_bytes", "alignment"}
    assert {field.name for field in fields(MemoryPlan)} == moved | sizes | {"regions"}  # refused


def test_a_kernel_is_there_and_counted_once(make: Make) -> None:
    library = link([make("tiny", name="a"), make("tiny", name="b")], "nets")
    alone = library.report["models"][0]["flash"]
    both = library.report["flash"]
    assert both["constant_bytes"] == 2 * alone["constant_bytes"]
    assert both["code_bytes"] < 1.1 * alone["code_bytes"]
    assert json.loads(library.files["nets.json"])["files"] == sorted(library.files)


def test_the_report_says_where_things_lie_in_the_common_arena(make: Make) -> None:
    library = link([make("left"), make("right")], "nets")
    right = library.report["models"][1]
    header = str(library.files["right.h"])
    assert f"#define RIGHT_ARENA_BYTES {right['ram']['arena_bytes']}" in header
    state = next(one for one in right["memory"]["tensors"] if one["name"] == "state0")
    assert f"#define RIGHT_STATE_OFFSET {state['offset']}" in header


def test_all_sources_compile_wherever_they_are_included_from(make: Make, tmp_path: Path) -> None:
    """Globbed, as IDEs do it: no search path, no second main."""
    library = link([make("tiny"), make("left")], "nets")
    library.write(tmp_path / "nets")
    sources = sorted((tmp_path / "nets").glob("*.c"))
    subprocess.run(["cc", *WARNINGS, "-O0", "-c", *map(str, sources)], cwd=tmp_path, check=True)
    objects = sorted(map(str, tmp_path.glob("*.o")))
    example = str(tmp_path / "nets" / "examples" / "main.c")
    link_ = ["cc", *WARNINGS, f"-I{tmp_path / 'nets'}", example, *objects, "-o", "program"]
    subprocess.run(link_, cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "program"], check=False).returncode in (0, 1, 2)


def test_names_that_would_clash_are_refused(make: Make) -> None:
    """The weights of one would be in the header of the other."""
    models = [make("tiny", name="net"), make("left", name="net_weights")]
    with pytest.raises(InvalidOption, match="both have the C name NET_WEIGHTS_H; name the models"):
        link(models, "nets")


@pytest.mark.parametrize("names", [("net", "NET"), ("a", "b", "a"), ("net", "nets", "Nets")])
def test_names_of_the_same_files_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidOption, match=r"two of .* would be \w+\.h: give each model a --name"):
        refuse_same(names)


def test_names_that_begin_alike_are_fine(make: Make) -> None:
    link([make("tiny"), make("left", name="tiny_int8"), make("right", name="tiny_")], "nets_")


def test_models_for_different_targets_are_refused(make: Make) -> None:
    with pytest.raises(InvalidOption, match="tiny is for host, left for cortex-m4: compile"):
        link([make("tiny"), make("left", target="cortex-m4")], "nets")


@pytest.mark.parametrize("kind", ["ram", "flash"])
def test_what_fits_alone_but_not_together_is_refused(kind: str, make: Make) -> None:
    names = ("left", "right")
    needs = [make(name).report[kind]["total_bytes"] for name in names]
    models = [make(name, **{kind: max(needs)}) for name in names]
    with pytest.raises(
        OverBudget, match=f"bytes of {kind.upper()} in all, host has .* alone: left"
    ):
        link(models, "nets")
