"""benchmarks/compare: what it calls a regression, in which words, with which status."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMPARE = Path(__file__).parents[2] / "benchmarks" / "compare"
LINE: dict[str, Any] = {
    "model": "kws", "target": "cortex-m4", "kernels": "portable", "instructions": 1000,
    "cycles_zero_wait": 2000, "cycles_flash": None, "arena_bytes": 100, "stack_bytes": 0,
    "code_bytes": 500, "constant_bytes": 50,
}  # fmt: skip


def compare(folder: Path, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> tuple[int, str]:
    for name, lines in (("old", old), ("new", new)):
        (folder / name).write_text(json.dumps({"results": lines}))
    command = [sys.executable, str(COMPARE), str(folder / "old"), str(folder / "new")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_equal_runs(tmp_path: Path) -> None:
    assert compare(tmp_path, [LINE], [LINE]) == (0, "0 regressions, 0 improvements over 1%\n")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"instructions": 1011}, "instructions 1,000 -> 1,011 (+1.1%)"),
        ({"arena_bytes": 102}, "arena_bytes 100 -> 102 (+2.0%)"),
        ({"stack_bytes": 4}, "stack_bytes 0 -> 4 (from nothing)"),
        ({"cycles_zero_wait": None}, "cycles_zero_wait was 2,000, is not measured any more"),
    ],
)
def test_a_regression_is_named(tmp_path: Path, change: dict[str, Any], line: str) -> None:
    status, printed = compare(tmp_path, [LINE], [LINE | change])
    assert status == 1
    assert f"worse: kws cortex-m4 portable: {line}\n1 regressions, 0 imp" in printed


def test_a_percent_is_tolerated_and_an_improvement_is_none(tmp_path: Path) -> None:
    status, printed = compare(
        tmp_path, [LINE], [LINE | {"instructions": 1010, "cycles_zero_wait": 1900}]
    )
    assert status == 0
    assert "better: kws cortex-m4 portable: cycles_zero_wait 2,000 -> 1,900 (-5.0%)" in printed


def test_a_model_that_is_gone_and_one_that_is_new(tmp_path: Path) -> None:
    status, printed = compare(tmp_path, [LINE], [LINE | {"model": "vww"}])
    assert status == 1
    assert "vww" not in printed
    assert "6 regressions" in printed


def test_a_file_that_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("{}")
    command = [sys.executable, str(COMPARE), str(tmp_path / "none"), str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {tmp_path}/none is not a run's JSON")
