"""What failures, kills and others at the same time leave of an output folder."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.codegen.test_folder import FIRST, MARKER, SECOND, files, tree
from tinycompile.codegen import folder
from tinycompile.errors import OutputError


@pytest.mark.parametrize("failing", ["write", "replace"])
def test_a_failure_in_the_middle_leaves_the_old_folder(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`write`: the disk is full after one file. `replace`: the second file cannot take its place."""
    folder.write(FIRST, tmp_path / "out", MARKER)
    real_write, real_replace, written = Path.write_bytes, os.replace, []

    def write(self: Path, *args: object, **options: object) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(self)
        return real_write(self, *args, **options)  # type: ignore[arg-type]

    def replace(source: Path, destination: Path) -> None:
        written.append(source)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        real_replace(source, destination)

    if failing == "write":
        monkeypatch.setattr(Path, "write_bytes", write)
    else:
        monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OutputError, match="cannot write .*out: No space left on device"):
        folder.write(SECOND, tmp_path / "out", MARKER)
    monkeypatch.undo()
    assert tree(tmp_path) == {f"out/{name}": text for name, text in FIRST.items()}
    assert os.listdir(tmp_path) == ["out"]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.codegen.test_folder import MARKER, SECOND
from tinycompile.codegen import folder
real, number, left = os.replace, getattr(signal, sys.argv[2]), int(sys.argv[3])
def replace(source, destination):
    global left
    real(source, destination)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), number)
os.replace = replace
folder.write(SECOND, Path(sys.argv[1]), MARKER)
"""


def write_killed(out: Path, number: str, after: int) -> int:
    """Write SECOND in another process, to which signal `number` comes after so many files."""
    command = [sys.executable, "-c", KILLED, str(out), number, str(after)]
    return subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode


@pytest.mark.parametrize("after", range(1, 5))
def test_a_kill_leaves_a_folder_that_the_next_time_mends(after: int, tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    assert write_killed(tmp_path / "out", "SIGKILL", after) == -signal.SIGKILL
    left = tree(tmp_path / "out")
    assert FIRST.keys() <= left.keys() or SECOND.keys() <= left.keys()
    third = files(model_h="3", tc_h="3")
    assert folder.write(third, tmp_path / "out", MARKER) == []
    assert third.items() <= tree(tmp_path / "out").items()
    assert "model.c" not in tree(tmp_path / "out")


def test_a_signal_waits_until_the_folder_is_whole(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    assert write_killed(tmp_path / "out", "SIGTERM", 1) == -signal.SIGTERM
    assert tree(tmp_path) == {f"out/{name}": text for name, text in SECOND.items()}


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    results = [files(**{f"f{i}_h": str(n) for i in range(20)}) for n in range(6)]
    threads = [
        threading.Thread(target=folder.write, args=(result, tmp_path / "out", MARKER))
        for result in results
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tree(tmp_path / "out") in results
    assert os.listdir(tmp_path) == ["out"]
