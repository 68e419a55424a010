"""Without the cross tools tests are skipped and say why; in CI, where set-up runs, they fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_a_test_that_needs_a_missing_tool(ci: str, outcome: str, tmp_path: Path) -> None:
    one = "tests/simulate/test_build.py::test_libm_is_there"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-ra", one],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout.splitlines()[-1]
    assert "arm-none-eabi-gcc is not installed; on Debian or Ubuntu: apt-get" in done.stdout
