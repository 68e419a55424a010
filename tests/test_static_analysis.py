"""What analysers say of the C: clang-tidy and gcc nothing, MISRA's checker what docs/misra.md explains."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import onnx
import pytest
from onnx import helper

from tests.conftest import require
from tests.frontend import onnx_model
from tests.small_model import small_model
from tinycompile.pipeline import compile
from tinycompile.runtime_c import FOLDER
from tinycompile.simulate.build import find_tool

ROOT = Path(__file__).parents[1]
NEWLIB = Path("/usr/lib/arm-none-eabi/include")
INCLUDES = [f"-I{folder}" for folder in sorted({path.parent for path in FOLDER.rglob("*.h")})]
OURS = [p for p in sorted(FOLDER.rglob("*.c")) if p.relative_to(FOLDER).parts[0] != "cmsis_nn"]
HELIUM = [path for path in OURS if "mve" in path.relative_to(FOLDER).parts]
OTHERS = [path for path in OURS if path not in HELIUM]


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of a library of kernels, with labels, and of one of generated functions."""
    folder = tmp_path_factory.mktemp("libraries")
    (folder / "tiny.tflite").write_bytes(small_model())
    (folder / "labels.txt").write_text("a\nb\nc\nd\ne\n")
    nodes = [
        helper.make_node("LayerNormalization", ["x", "scale"], ["normal"], axis=-1),
        helper.make_node("Gelu", ["normal"], ["active"]),
        helper.make_node("CumSum", ["active", "axis"], ["y"]),
    ]
    shapes = [onnx_model.value("x", (1, 6, 10))], [onnx_model.value("y", (1, 6, 10))]
    constants = {
        "scale": onnx_model.reals(*range(10)),
        "axis": onnx_model.integers("int64") * 0 + 1,
    }
    onnx.save(onnx_model.model(nodes, *shapes, constants, 20), folder / "odd.onnx")
    labels = folder / "labels.txt"
    compile(folder / "tiny.tflite", target="host", kernels="portable", labels=labels).write(
        folder / "out"
    )
    odd = compile(folder / "odd.onnx", target="host")
    assert "odd_generated.c" in odd.files
    for name, text in odd.files.items():
        if name.endswith((".c", ".h")) and "/" not in name:
            (folder / "out" / name).write_text(text)
    return folder / "out"


@pytest.mark.parametrize(
    ("core", "sources"),
    [(["-mcpu=cortex-m4"], OTHERS), (["-mcpu=cortex-m55", "-mfloat-abi=hard"], HELIUM), ([], [])],
)
def test_clang_tidy_finds_nothing(
    core: Sequence[str], sources: list[Path], libraries: Path
) -> None:
    """On a core of 32 bits, where offsets have the width of sizes."""
    require(lambda: find_tool("clang-tidy"))
    sources = sources or sorted(libraries.glob("*.c"))
    target = [*core, "--target=arm-none-eabi", "-mthumb", f"-isystem{NEWLIB}"]
    command = ["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", *map(str, sources)]
    done = subprocess.run(
        [*command, "--", "-std=c99", *INCLUDES, *target],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_analyser_of_gcc_finds_nothing(libraries: Path, tmp_path: Path) -> None:
    """In C alone: what assembly writes, it does not see."""
    version = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout
    if "Free Software Foundation" not in version:
        pytest.skip("cc is no gcc")
    for source in [*OTHERS, *sorted(libraries.glob("*.c"))]:
        command = [
            "cc",
            "-std=c99",
            "-O2",
            "-fanalyzer",
            "-DTC_NO_ASM",
            *INCLUDES,
            "-c",
            str(source),
        ]
        done = subprocess.run(
            [*command, "-o", str(tmp_path / "o")], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), source


def test_every_rule_of_misra_that_is_broken_is_explained(libraries: Path, tmp_path: Path) -> None:
    require(lambda: find_tool("cppcheck"))
    generated = shutil.copytree(
        libraries, tmp_path / "generated", ignore=shutil.ignore_patterns("tc_*", "tinycompile.h")
    )
    sources = [FOLDER / family for family in ("portable", "dsp", "mve")] + [generated]
    (work := tmp_path / "work").mkdir()  # else its dumps lie beside the sources
    command = ["cppcheck", "--addon=misra", "--enable=style", "--std=c99", "--platform=unix32"]
    command += ["--quiet", "-j2", "-U__cplusplus", "-UTINY_HOOK", "-UODD_HOOK"]  # as they are built
    command += [f"--cppcheck-build-dir={work}", "--template={file}:{line} {id}"]
    command += [*INCLUDES, *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    found: dict[str, str] = {}
    for place, rule in re.findall(r"^(\S+) misra-c2012-([0-9.]+)$", done.stderr, re.MULTILINE):
        found.setdefault(rule, place)
    assert len(found) > 10, done.stderr  # it ran
    page = (ROOT / "docs" / "misra.md").read_text()
    explained = set(re.findall(r"^\| ([0-9]+\.[0-9]+) \|", page, re.MULTILINE))
    assert {rule: place for rule, place in found.items() if rule not in explained} == {}
