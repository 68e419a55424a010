"""A Cortex-M fault report in words: what the core could not do, where, in which function."""

import re
import shutil
import subprocess
from pathlib import Path

# Configurable Fault Status Register. Overflow of the stack comes first: the access that ran over
# the end of the stack sets its own bit beside it.
_CAUSES = {
    4: "the stack overflowed (MSTKERR)",
    12: "the stack overflowed (STKERR)",
    20: "the stack overflowed (STKOF)",
    0: "ran into memory that holds no code (IACCVIOL)",
    1: "access to memory that is not there or not to be written (DACCVIOL)",
    3: "a return took a bad stack (MUNSTKERR)",
    5: "the FPU's registers could not be pushed (MLSPERR)",
    8: "ran into memory that is not there (IBUSERR)",
    9: "access to memory that is not there (PRECISERR)",
    10: "an earlier access to memory that is not there (IMPRECISERR)",
    11: "a return took a bad stack (UNSTKERR)",
    13: "the FPU's registers could not be pushed (LSPERR)",
    16: "undefined instruction (UNDEFINSTR)",
    17: "jump to an address without the Thumb bit (INVSTATE)",
    18: "bad exception return (INVPC)",
    19: "FPU or vector instruction on a core without (NOCP)",
    24: "unaligned access (UNALIGNED)",
    25: "division by zero (DIVBYZERO)",
}
_MMFAR_VALID, _BFAR_VALID = 1 << 7, 1 << 15


def describe_fault(report: str, elf: Path) -> str:
    """One line from the `name=hex` fields that the firmware's start-up prints after a fault."""
    fields = {name: int(value, 16) for name, value in re.findall(r"(\w+)=([0-9a-f]{8})", report)}
    status = fields["cfsr"]
    causes = [cause for bit, cause in _CAUSES.items() if status >> bit & 1]
    cause = causes[0] if causes else f"fault with CFSR {status:#010x}, HFSR {fields['hfsr']:#010x}"
    address = ""
    if status & _MMFAR_VALID:
        address = f", address {fields['mmfar']:#010x}"
    elif status & _BFAR_VALID:
        address = f", address {fields['bfar']:#010x}"
    where = f", at {_place(elf, fields['pc'])}" if "pc" in fields else ""
    return f"{cause}{address}{where}"


def _place(elf: Path, pc: int) -> str:
    """`0x1234 in function (file.c:5)`, as much of it as the debug information knows."""
    tool = shutil.which("arm-none-eabi-addr2line")
    if tool is None:
        return f"{pc:#010x}"
    question = [tool, "-f", "-s", "-e", str(elf), hex(pc)]
    answer = subprocess.run(question, capture_output=True, text=True, check=True).stdout
    function, line = answer.splitlines()[:2]
    if function == "??":
        return f"{pc:#010x}"
    return f"{pc:#010x} in {function}" + ("" if line.startswith("??") else f" ({line})")
