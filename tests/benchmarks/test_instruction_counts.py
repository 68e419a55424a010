"""Exact instruction counts and cycle estimates, pinned: whoever changes speed does it knowingly.

`pytest tests/benchmarks --update-golden` accepts what is measured now; the diff of tests/golden then shows
what became faster or slower. The counts are those of one compiler; with another the tests are skipped.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tinycompile import pipeline
from tinycompile.simulate.profile import profile

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "models"
DIGITS = ROOT / "examples" / "digits" / "digits_int8.onnx"
COMPILER = "12.2"  # of arm-none-eabi-gcc: Debian 12's
CORES = [f"cortex-m{core}" for core in ("0plus", "4", "7", "33", "55")]
MODELS = ["ad01", "ic01", "kws", "sww", "vww"]

Golden = Callable[[str], None]


@pytest.fixture(scope="module", autouse=True)
def the_compiler_of_the_pins(arm_gcc: str, qemu: str) -> None:
    asked = subprocess.run(
        [arm_gcc, "-dumpfullversion"], capture_output=True, text=True, check=True
    )
    if not asked.stdout.startswith(COMPILER):
        pytest.skip(f"counts are pinned for gcc {COMPILER}, this is {asked.stdout.strip()}")


def counts(path: Path, target: str) -> str:
    """A line a layer with its kernel, then the total: instructions and zero-wait cycles."""
    compiled = pipeline.compile(path, target=target, kernels="portable", ram=4 << 20, flash=8 << 20)
    measured = profile(compiled)
    assert measured.cycles is not None
    lines = [
        f"{row.kernel or row.name} {row.instructions} {row.cycles and row.cycles.zero_wait}"
        for row in measured.rows
    ]
    lines.append(f"total {measured.instructions} {measured.cycles.zero_wait}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("core", CORES)
def test_kernels_of_the_digits_example(core: str, golden: Golden) -> None:
    golden(counts(DIGITS, core))


@pytest.mark.parametrize("name", MODELS)
def test_mlperf_tiny_on_the_m4(name: str, golden: Golden) -> None:
    path = SHARED / f"{name}_int8.tflite"
    if not path.exists():
        pytest.skip(f"{path} is not there: the MLPerf Tiny models are not part of the repository")
    golden(counts(path, "cortex-m4"))
