"""What `python -m tinycompile.new` writes lints, compiles and runs, and is seen where it is not complete."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_packaging import ROOT

LEFT_OUT = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "build", "dist")
CASES = {
    "s8": ["kernel", "clamp_twice_s8"],
    "s16": ["kernel", f"{'long' * 8}_s16"],
    "f32": ["kernel", "tc_k_f32"],  # as its C function: it is called k_f32
    "pass": ["pass", "fold_nothing", "--phase", "windows"],
    "target": ["target", "my-board", "--core", "cortex-m33"],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project with one of each."""
    copy = tmp_path_factory.mktemp("project") / "copy"
    shutil.copytree(ROOT, copy, symlinks=True, ignore=LEFT_OUT)
    for words in CASES.values():
        done = new(copy, *words)
        assert (done.returncode, done.stderr) == (0, "")
    return copy


def new(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return in_project(project, "tinycompile.new", *words)


def in_project(project: Path, module: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(
        command,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(project), "PATH": os.environ["PATH"]},
    )


def test_it_lints(project: Path) -> None:
    for words in (["check", "."], ["format", "--check", "."]):
        done = in_project(project, "ruff", *words, "--no-cache")
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", ["s8", "s16", "f32"])
def test_a_kernel_compiles_without_warnings_and_passes_its_tests(kind: str, project: Path) -> None:
    file = f"tests/kernels/portable/{kind}/test_{CASES[kind][1].removeprefix('tc_')}.py"
    done = in_project(project, "pytest", "-q", "-p", "no:cacheprovider", file)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout[-3000:]


def test_completeness_is_that_of_the_others_but_for_the_pass(project: Path) -> None:
    words = ["-q", "-p", "no:cacheprovider", "-k", "not tripped", "tests/test_completeness.py"]
    done = in_project(project, "pytest", *words)
    assert "1 failed" in done.stdout, done.stdout[-3000:]
    assert "test_every_pass_is_in_the_pipeline" in done.stdout
    assert "tinycompile.passes.windows.fold_nothing" in done.stdout


def test_a_pass_fails_until_it_is_written(project: Path) -> None:
    file = "tests/passes/windows/test_fold_nothing.py"
    done = in_project(project, "pytest", "-q", "-p", "no:cacheprovider", file)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "to be written: becomes(PASS(), before, after)" in done.stdout


def test_a_target_is_one(project: Path) -> None:
    done = in_project(project, "tinycompile", "--list", "targets")
    assert "my-board" in done.stdout


BAD = {
    "taken": (["kernel", "softmax_s8"], "there is a kernel softmax_s8 already: runtime_c/portable/s8/"),
    "taken again": (["kernel", "clamp_twice_s8"], "there is a kernel clamp_twice_s8 already"),
    "taken pass": (["pass", "fuse_pad"], "there is a pass fuse_pad already: passes/windows/fuse_pad.py"),
    "taken target": (["target", "cortex-m4"], "there is a target cortex-m4 already: targets/cortex-m4"),
    "no type": (["kernel", "clamp"], "a kernel cannot be called 'clamp': take small letters and _s8, "),
    "capitals": (["pass", "FoldNothing"], "a pass cannot be called 'FoldNothing': take words in small"),
    "a path": (["target", "../board"], "a target cannot be called '../board': take small letters"),
    "too long": (["pass", "x_" * 20 + "x"], "a pass cannot be called 'x_x_x_x_"),
    "no core": (["target", "board", "--core", "m5"], "--core m5: there is no such target"),
    "no kind": (["board", "x"], "No such command 'board'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_names_that_are_taken_or_none_are_refused_in_a_line(case: str, project: Path) -> None:
    words, expected = BAD[case]
    before = {path for path in project.rglob("*") if path.is_file()}
    done = new(project, *words)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert done.stderr.startswith(f"error: {expected}") and done.stderr.count("\n") == 1, (
        done.stderr
    )
    after = {path for path in project.rglob("*") if path.is_file()}
    assert {path for path in after - before if path.suffix != ".pyc"} == set()
