"""Runs what `build` made: firmware on the target's QEMU machine, a host program as it is."""

import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tinycompile.errors import ProgramFailed, ProgramFault, ProgramHang, SimulationError
from tinycompile.simulate.build import find_tool
from tinycompile.simulate.faults import describe_fault
from tinycompile.target import Target

# In what sanitizers and QEMU itself print, the line that says what went wrong.
_CAUSE = re.compile(r"runtime error:|AddressSanitizer:|LeakSanitizer:|^qemu")


def run(
    elf: Path,
    target: Target,
    *,
    cwd: Path,
    arguments: Sequence[str] = (),
    timeout: float = 60.0,
    options: Sequence[str] = (),
) -> str:
    """What the program printed to standard output, once it has ended with status 0.

    It opens files relative to `cwd`; `timeout` is in seconds of real time; `options` go to QEMU.
    Raises ProgramFault,
    ProgramFailed or ProgramHang, and MissingTool without QEMU: one line each.
    """
    command = [*_command(elf.resolve(), target, arguments), *options]
    where = f"{elf.name} on {target.machine or 'the host'}"
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        printed = _text(error.stdout).strip()
        last = f"; its last line was {printed.splitlines()[-1]!r}" if printed else ""
        raise ProgramHang(f"{where} did not end within {timeout:g} s{last}") from error
    complaints = _text(done.stderr)
    if report := re.search(r"^fault:(.*)$", complaints, re.MULTILINE):
        raise ProgramFault(f"{where}: {describe_fault(report[1], elf)}")
    if done.returncode != 0:
        raise ProgramFailed(f"{where} {_ending(done.returncode)}{_cause(complaints)}")
    return _text(done.stdout)


def check(target: Target) -> None:
    """Raise if nothing here runs what is made for `target`."""
    if target.is_host:
        return
    if not target.machine:
        raise SimulationError(f"target {target.name} names no QEMU machine to run on")
    find_tool("qemu-system-arm")


def _command(elf: Path, target: Target, arguments: Sequence[str]) -> list[str]:
    check(target)
    if target.is_host:
        return [str(elf), *arguments]
    if wrong := [word for word in arguments if not word or " " in word]:
        raise ValueError(
            f"semihosting cannot pass an argument that is empty or has blanks: {wrong}"
        )
    words = "".join(f",arg={word.replace(',', ',,')}" for word in ("firmware", *arguments))
    return [
        "qemu-system-arm",
        *("-machine", target.machine),
        *("-display", "none", "-monitor", "none", "-serial", "none"),
        *("-semihosting-config", f"enable=on,target=native{words}"),
        *("-kernel", str(elf)),
    ]


def _text(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace")


def _ending(status: int) -> str:
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with {status}"


def _cause(complaints: str) -> str:
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    if not lines:
        return ""
    return f": {next(filter(_CAUSE.search, lines), lines[-1])}"
