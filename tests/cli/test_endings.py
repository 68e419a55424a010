"""The program and what surrounds it: bugs of ours, signals, terminals, closed or full standard output."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import ROOT, Cli, process, without_progress
from tests.small_model import small_model
from tinycompile import memory
from tinycompile.__main__ import run
from tinycompile.errors import InvalidModel
from tinycompile.program import Program


def broken(*args: object) -> None:
    raise KeyError("a bug")


def test_a_bug_is_raised(cli: Cli, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinycompile.memory.plan", broken)
    with pytest.raises(KeyError, match="a bug"):
        cli(model)


def test_a_bug_ends_the_program_in_one_line_and_a_file(
    model: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tinycompile.memory.plan", broken)
    monkeypatch.setattr(sys, "argv", ["tinycompile", model, "-t", "cortex-m3"])
    assert run() == 70
    output, errors = capsys.readouterr()
    assert output == ""
    said = re.fullmatch(
        r"error: this is a bug in TinyCompile \(KeyError\); .* with (\S+), .*\n", errors
    )
    assert said, errors
    report = Path(said[1]).read_text()
    assert "Command: 'tiny.tflite' '-t' 'cortex-m3'" in report
    assert "Traceback (most recent call last)" in report and "KeyError: 'a bug'" in report
    assert not Path("tiny").exists()


def test_a_bug_without_a_place_for_the_file_shows_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr("tinycompile.__main__.main", broken)
    assert run() == 70
    assert "this is a bug in TinyCompile (KeyError)" in (errors := capsys.readouterr().err)
    assert "Traceback (most recent call last)" in errors


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("became", [KeyboardInterrupt, RuntimeError, InvalidModel])
def test_a_signal_ends_it_quietly_whatever_it_becomes_on_its_way(
    name: str, became: type[Exception], cli: Cli, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TVM makes another exception of one that passes through it."""
    number = getattr(signal, name)

    def interrupted(*args: object) -> None:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt as error:
            raise became("interrupted") from error

    before = signal.getsignal(number)
    monkeypatch.setattr("tinycompile.memory.plan", interrupted)
    status, output, errors = cli(model, "--kernels", "portable")
    assert (status, output, errors.strip()) == (128 + number, "", "")
    assert signal.getsignal(number) is (signal.SIG_DFL if number == signal.SIGINT else before)
    assert os.listdir() == [model]


def test_an_ignored_signal_stays_ignored(
    cli: Cli, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = memory.plan

    def hung_up(program: Program) -> memory.MemoryPlan:
        signal.raise_signal(signal.SIGHUP)
        return plan(program)

    monkeypatch.setattr("tinycompile.memory.plan", hung_up)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert cli(model)[0] == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_the_command_line_alone_tells_does_not_wait_for_tvm(tmp_path: Path) -> None:
    """Nor does an output folder that is somebody's wait for quantisation."""
    (tmp_path / "m.tflite").write_bytes(small_model())
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "diary.txt").write_text("mine")
    (tmp_path / "own.toml").write_text('core = "cortex-m85"\nmachine = ""\n')
    for words in (
        ["none.onnx"], ["m.tflite", "-t", "cortex-m5"], ["m.tflite"], ["m.tflite", "--name", "int"],
        ["m.tflite", "-o", "m.tflite"], ["m.tflite", "-o", "n", "--dump-ir", "m.tflite"],
        ["m.tflite", "-o", "n", "--quantize", "none.npy"], ["m.tflite", "-o", "n", "--max-drop", "1"],
        ["m.tflite", "-o", "n", "--cmsis-nn", "."], ["m.tflite", "-o", "n", "--verify", "--inputs", "n.npy"],
        ["m.tflite", "-o", "n", "--profile-json", "none/x.json"], ["m.tflite", "--ram", "much"],
        ["m.tflite", "-o", "n", "--csv", "none/x.csv"],
        ["m.tflite", "-o", "n", "--run", "-t", "own.toml"], ["m.tflite", "-o", "n", "--cluster", "17"],
    ):  # fmt: skip
        done = process(*words, folder=tmp_path, start=("-c", WITHOUT_TVM))
        assert done.stdout == "", words
        assert re.fullmatch("error: .*\n", done.stderr), (words, done.stderr)


WITHOUT_TVM = """
import sys
sys.modules["tvm"] = None  # its import fails
from tinycompile.__main__ import run
sys.exit(run())
"""


@pytest.mark.parametrize("columns", ["0", "1", "x"])
def test_an_odd_width_of_the_terminal_hides_nothing(columns: str, tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    done = process("tiny.tflite", "--kernels", "portable", folder=tmp_path, COLUMNS=columns)
    assert done.returncode == 0
    assert "Wrote tiny/ (tiny.h documents the C API).\n" in done.stdout
    assert columns == "1" or "conv2d_s8" in done.stdout


def test_a_standard_output_that_is_closed_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    closed = f"exec {sys.executable} -m tinycompile tiny.tflite --kernels portable >&-"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", closed], cwd=tmp_path, env=env, check=False)
    assert done.returncode == 0
    assert (tmp_path / "tiny" / "tiny.h").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize(
    "words", [["--list", "targets"], ["tiny.tflite"], ["--completion", "bash"], []]
)
def test_a_standard_output_that_takes_nothing_is_told(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tinycompile", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, without_progress(done.stderr)) == (
        1,
        "error: cannot write to standard output: No space left on device\n",
    )
    assert os.listdir(tmp_path) == ["tiny.tflite"]


def test_as_a_process_a_good_model_leaves_standard_error_empty(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    done = process("tiny.tflite", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "tiny" / "tiny.h").exists()
