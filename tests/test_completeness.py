"""Nothing is half there: files, kernels, constraints and passes have each other and their tests."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

from tests.tripped import name
from tinycompile.kernel import Kernel
from tinycompile.kernels import CMSIS_NN, KERNELS
from tinycompile.kernels.cmsis import Context
from tinycompile.target import Isa

ROOT = Path(__file__).parents[1]
RUNTIME_C = Path(str(files("tinycompile.runtime_c")))
PACKAGE = ROOT / "tinycompile" / "kernels"
SYMBOLS = [kernel.symbol for kernel in KERNELS]
FACTORIES = [f"tc_{make.__module__.rpartition('.')[2]}" for make in CMSIS_NN]


def modules_with(attribute: str) -> list[str]:
    """The files of tinycompile/kernels that define `attribute` at their top."""
    found = []
    for path in sorted(PACKAGE.glob("*.py")):
        module = import_module(f"tinycompile.kernels.{path.stem}")
        if path.stem != "__init__" and attribute in vars(module):
            found.append(path.stem)
    return found


def test_every_kernel_is_in_the_list_once() -> None:
    assert sorted(SYMBOLS) == [f"tc_{module}" for module in modules_with("KERNEL")]
    assert max(Counter(SYMBOLS).values()) == 1


def test_every_c_file_has_a_kernel_and_every_kernel_its_c_file() -> None:
    in_c = sorted(path.stem for path in RUNTIME_C.glob("*.c"))
    assert in_c == sorted([*SYMBOLS, *FACTORIES])


@pytest.mark.parametrize("kernel", KERNELS, ids=SYMBOLS)
def test_a_kernels_headers_are_those_its_c_file_needs(kernel: Kernel) -> None:
    def included(file: str) -> set[str]:
        lines = (RUNTIME_C / file).read_text().splitlines()
        direct = {line.split('"')[1] for line in lines if line.startswith('#include "')}
        return direct | {deeper for header in direct for deeper in included(header)}

    assert set(kernel.headers) == included(kernel.source) - {"tinycompile.h"}


def test_a_kernel_that_knows_the_height_of_one_image_is_called_for_each() -> None:
    """Or all images but the first are left out."""
    newest = Context(Isa.MVE, (99, 0), frozenset())
    for kernel in [*KERNELS, *(make(newest) for make in CMSIS_NN)]:
        text = (RUNTIME_C / kernel.source).read_text()
        assert kernel.per_image or "input_h" not in text, kernel.symbol


@pytest.mark.parametrize("kernel", KERNELS, ids=SYMBOLS)
def test_a_kernel_says_what_it_covers_and_its_rules_in_sentences(kernel: Kernel) -> None:
    for text in (kernel.summary, *(rule.__doc__ or "" for rule in kernel.constraints)):
        sentence = text.strip()
        assert not sentence[:1].islower() or sentence.startswith(("float32", "int")), text
        assert sentence.endswith(".") and "\n" not in sentence, text


def test_a_kernel_that_takes_a_clip_along_bounds_its_output() -> None:
    """Its C reads both bounds, or the clip is lost."""
    newest = Context(Isa.MVE, (99, 0), frozenset())
    unbounded = []
    for kernel in [*KERNELS, *(make(newest) for make in CMSIS_NN)]:
        takes = {"output.clip", "clip", "relu"} & kernel.pattern().parts.keys()
        text = "".join((RUNTIME_C / file).read_text() for file in (kernel.source, *kernel.headers))
        if takes and not all(re.search(rf"(->|\.){bound}\b", text) for bound in ("min", "max")):
            unbounded.append(kernel.symbol)
    assert unbounded == []


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_kernel_has_a_test_of_its_name(symbol: str) -> None:
    path = ROOT / "tests" / "kernels" / f"test_{symbol.removeprefix('tc_')}.py"
    assert path.exists()


def test_every_constraint_is_tripped_by_a_test(tmp_path: Path) -> None:
    """The tests of kernels run once more, by themselves, and what they broke is counted."""
    report = tmp_path / "tripped.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.tripped",
        "--tripped",
        str(report),
    ]
    command += ["-p", "no:cacheprovider", "tests/kernels"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    tripped = set(json.loads(report.read_text()))
    every = {name(rule): kernel.symbol for kernel in KERNELS for rule in kernel.constraints}
    assert {rule: of for rule, of in every.items() if rule not in tripped} == {}


def imported(path: Path) -> set[str]:
    """The modules that a file imports from."""
    tree = ast.walk(ast.parse(path.read_text()))
    return {node.module for node in tree if isinstance(node, ast.ImportFrom) and node.module}


def passes() -> list[str]:
    """The modules of all passes."""
    found = sorted((ROOT / "passes").rglob("*.py"))
    named = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found]
    return [f"tinycompile.{name}" for name in named if not name.endswith("__init__")]


def test_every_file_of_passes_is_a_pass_of_its_name() -> None:
    assert len(passes()) > 10
    for module in passes():
        name = "".join(map(str.capitalize, module.rpartition(".")[2].split("_")))
        assert hasattr(import_module(module), name), module


def test_every_pass_is_imported_by_a_test() -> None:
    tests = set().union(*map(imported, (ROOT / "tests").rglob("test_*.py")))
    assert [module for module in passes() if module not in tests] == []


def test_every_pass_is_in_the_pipeline() -> None:
    """Or among those that quantise, which the pipeline takes in when asked."""
    used = imported(ROOT / "tinycompile" / "pipeline.py")
    for path in (ROOT / "tinycompile" / "quantize").rglob("*.py"):
        used |= imported(path)
    assert [module for module in passes() if module not in used] == []


def test_the_quantiser_knows_nothing_of_what_runs_its_c() -> None:
    used = set().union(*map(imported, (ROOT / "tinycompile" / "quantize").rglob("*.py")))
    assert [module for module in used if module.startswith("tinycompile.simulate")] == []


def test_every_target_states_what_it_is() -> None:
    from tinycompile.target import Target, names

    assert [name for name in names() if not Target.load(name).description] == []
