"""The command line in an empty folder."""

import sys
from math import inf
from pathlib import Path

import pytest

from tests.cli.program import Cli
from tests.small_model import small_model
from tinycompile.__main__ import main
from tinycompile.command_line import progress


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """`cli(*words)` in an empty folder: status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(progress, "PATIENCE", inf)  # however slow the machine is

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tinycompile", *words])
        status = main()
        output, errors = capsys.readouterr()
        return status, output, errors

    return run


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    return "tiny.tflite"
