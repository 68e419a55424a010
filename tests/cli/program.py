"""The program: called as the fixture `cli` calls it, or as a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIGITS = ROOT / "examples" / "digits" / "digits_int8.onnx"

Cli = Callable[..., tuple[int, str, str]]
MODULE = ("-m", "tinycompile")


def process(
    *words: str, folder: Path, start: tuple[str, str] = MODULE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What is left of standard error is what does not depend on how fast the machine is."""
    done = subprocess.run(
        [sys.executable, *start, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    done.stderr = without_progress(done.stderr)
    return done


def without_progress(errors: str) -> str:
    """Where a stage takes more than two seconds there is a line of it."""
    return re.sub(r"^ *\d+\.\d s  .*\n", "", errors, flags=re.MULTILINE)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
