"""What functions of assembly push: gcc counts no frame of a function whose body is not its own."""

import re
import subprocess
from pathlib import Path

from tinycompile.simulate.build import find_tool

FUNCTION = re.compile(r"^[0-9a-f]+ <(\S+)>:$")
PUSH = re.compile(r"\t(?:push|stmdb\tsp!,|stmfd\tsp!,)\s*\{([^}]*)\}")
FLOATS = re.compile(r"\t(?:vpush|vstmdb\tsp!,)\s*\{([sdq])(\d+)(?:-[sdq](\d+))?\}")
MOVED = re.compile(r"\tsub(?:\.w|w)?\tsp, (?:sp, )?#(\d+)|\[sp, #-(\d+)\]!")
WIDTHS = {"s": 4, "d": 8, "q": 16}


def pushed(unit: Path) -> dict[str, int]:
    """Bytes by function of an object file for an Arm core, all that its instructions push together."""
    command = [find_tool("arm-none-eabi-objdump"), "-d", "--no-show-raw-insn", str(unit)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found, name = {}, ""
    for line in text.splitlines():
        if begins := FUNCTION.match(line):
            name = begins[1]
            found[name] = 0
        elif name:
            found[name] += _bytes(line)
    return found


def _bytes(line: str) -> int:
    if registers := PUSH.search(line):
        return 4 * sum(_count(part) for part in registers[1].split(","))
    if floats := FLOATS.search(line):
        kind, first, last = floats.groups()
        return WIDTHS[kind] * (int(last or first) - int(first) + 1)
    moved = MOVED.search(line)
    return int(moved[1] or moved[2]) if moved else 0


def _count(registers: str) -> int:
    """Of "r4" or "r4-r7"."""
    first, _, last = (part.strip(" r") for part in registers.partition("-"))
    return int(last) - int(first) + 1 if last else 1
