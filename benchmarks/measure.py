"""One model, one target, one family of kernels: what compiling it costs, and what it costs on the target."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tinycompile import cmsis_nn, pipeline
from tinycompile.errors import TinyCompileError
from tinycompile.kernels import MODES
from tinycompile.simulate.profile import profile

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")


@dataclass(frozen=True)
class Result:
    """One line of the table and of the JSON. None is what is not known."""

    model: str
    target: str
    kernels: str  # the family, or a peer's name
    macs: int | None
    instructions: int
    cycles_zero_wait: int | None
    cycles_flash: int | None
    arena_bytes: int
    stack_bytes: int | None
    code_bytes: int
    constant_bytes: int


@dataclass(frozen=True)
class Compilation:
    """What the compiler itself takes, start and imports included, in processor seconds; machines differ."""

    model: str
    kernels: str
    seconds: float
    peak_mib: float


def models(shared: Path) -> dict[str, Path]:
    """By short name: the int8 models in `shared`, and the project's examples."""
    found = {path.stem.removesuffix("_int8"): path for path in sorted(shared.glob("*_int8.tflite"))}
    examples = sorted(ROOT.glob("examples/*/*_int8.onnx"))
    return found | {path.stem.removesuffix("_int8"): path for path in examples}


def families() -> list[str]:
    """The kernel families that can be measured here, portable C first."""
    available = cmsis_nn.find(None) is not None
    return ["portable", *(mode for mode in MODES if mode not in ("auto", "portable") and available)]


def measure(name: str, path: Path, target: str, kernels: str) -> Result:
    # Budgets are the user's business; here every model is measured on every core.
    compiled = pipeline.compile(
        path, target=target, name=name, kernels=kernels, ram=4 << 20, flash=8 << 20
    )
    measured = profile(compiled)
    cycles = measured.cycles
    return Result(
        model=name,
        target=target,
        kernels=kernels,
        macs=measured.macs,
        instructions=measured.instructions,
        cycles_zero_wait=cycles and cycles.zero_wait,
        cycles_flash=cycles and cycles.flash,
        arena_bytes=measured.arena_bytes,
        stack_bytes=measured.stack_bytes,
        code_bytes=measured.flash_bytes["code"],
        constant_bytes=measured.flash_bytes["constants"],
    )


# Between us and the compiler: a process inherits its parent's peak memory, and ours is large.
STOPWATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def measure_compiler(name: str, path: Path, kernels: str, *more: str) -> Compilation:
    """In a process of its own, as a user would run it."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(path.resolve()), "--target", "cortex-m7", "--kernels", kernels, *more]
        command = [sys.executable, "-m", "tinycompile", *words, "-o", f"{folder}/out"]
        watched = [sys.executable, "-c", STOPWATCH, *command]
        done = subprocess.run(watched, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise TinyCompileError(f"compiling {path} failed; its own words are above")
    seconds, peak_kib = done.stdout.split()
    return Compilation(name, kernels, round(float(seconds), 2), round(int(peak_kib) / 1024, 1))
