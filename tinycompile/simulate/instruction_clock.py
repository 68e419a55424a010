"""Instruction counts from QEMU's own clock: the total where the profiler cannot be had.

With -icount an instruction takes 2^SHIFT ns of the machine's time, whatever the host's load. A timer of the
machine then counts instructions, in ticks fine enough to tell single ones: measure.c reads it.
"""

from tinycompile.errors import SimulationError
from tinycompile.target import Target

SHIFT = 8  # 256 ns: several ticks of every timer below; their 32 bits last for 600 M instructions
OPTIONS = ("-icount", f"shift={SHIFT}")

# By machine: what measure.c calls its timer, its address, and how long a tick takes.
_TIMERS: dict[str, tuple[str, int, float]] = {
    "mps2-an385": ("CMSDK_TIMER", 0x40000000, 40),
    "mps2-an386": ("CMSDK_TIMER", 0x40000000, 40),
    "mps2-an500": ("CMSDK_TIMER", 0x40000000, 40),
    "mps2-an505": ("CMSDK_TIMER", 0x50000000, 50),
    "mps3-an547": ("SSE_COUNTER", 0x58100000, 31.25),
}


def flags(target: Target) -> list[str]:
    """For the compiler of measure.c; SimulationError for a machine whose timers are not known."""
    if target.machine not in _TIMERS:
        raise SimulationError(
            f"target {target.name} names no QEMU machine that can count instructions "
            f"(known: {', '.join(_TIMERS)})"
        )
    macro, address, _ = _TIMERS[target.machine]
    return [f"-D{macro}={address:#x}u"]


def instructions(ticks: int, target: Target) -> int:
    """From the ticks that `measure_run` printed, which leave out the return of an empty function."""
    nanoseconds = _TIMERS[target.machine][2]
    return round(ticks * nanoseconds / (1 << SHIFT)) + 1
