"""Machine code -> what a cycle model asks of each instruction: its kind, and the registers it touches."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tinycompile.errors import MissingTool
from tinycompile.simulate.build import find_tool
from tinycompile.simulate.image import Layout
from tinycompile.target import Isa, Target


class Kind(StrEnum):
    """Instructions that some core times alike."""

    ARITHMETIC = "arithmetic"
    MULTIPLY = "multiply"
    MULTIPLY_ACCUMULATE = "multiply_accumulate"  # MLA, MLS
    MULTIPLY_LONG = "multiply_long"  # 64-bit results
    DIVIDE = "divide"
    LOAD = "load"
    LOAD_UPDATE = "load_update"  # writes its address back
    LOAD_PAIR = "load_pair"
    LOAD_MULTIPLE = "load_multiple"
    LOAD_PC = "load_pc"
    LOAD_MULTIPLE_PC = "load_multiple_pc"  # POP {.., PC}: a return
    STORE = "store"
    STORE_INDEXED = "store_indexed"  # at a register plus a register
    STORE_PAIR = "store_pair"
    STORE_MULTIPLE = "store_multiple"
    BRANCH = "branch"
    BRANCH_CONDITIONAL = "branch_conditional"
    BRANCH_INDIRECT = "branch_indirect"
    TABLE_BRANCH = "table_branch"
    CALL = "call"
    CALL_INDIRECT = "call_indirect"
    LOOP = "loop"  # Armv8.1-M's DLS, WLS, LE
    IT = "it"
    SYSTEM = "system"
    FLOAT = "float"
    FLOAT_MULTIPLY_ACCUMULATE = "float_multiply_accumulate"
    FLOAT_DIVIDE = "float_divide"
    FLOAT_LOAD = "float_load"
    FLOAT_STORE = "float_store"
    FLOAT_LOAD_MULTIPLE = "float_load_multiple"
    FLOAT_STORE_MULTIPLE = "float_store_multiple"
    VECTOR = "vector"  # Armv8.1-M's MVE, as are those below
    VECTOR_MULTIPLY = "vector_multiply"
    VECTOR_LOAD = "vector_load"
    VECTOR_STORE = "vector_store"
    VECTOR_PREDICATE = "vector_predicate"
    VECTOR_GATHER_8 = "vector_gather_8"  # eight elements at addresses of their own, also scattered
    VECTOR_GATHER_16 = "vector_gather_16"


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """Registers are capstone's numbers; the flags are one of them."""

    kind: Kind
    nbytes: int
    reads: frozenset[int] = frozenset()
    writes: frozenset[int] = frozenset()
    address: frozenset[int] = frozenset()  # read to address memory
    updated: frozenset[int] = frozenset()  # of `address`, those that a load or store writes back
    registers: int = 1  # that a load or store of several moves
    accumulator: int | None = None  # added to a product


# The first entry that a mnemonic starts with decides; longer ones come first.
_KINDS: list[tuple[tuple[str, ...], Kind]] = [
    (("ldrd",), Kind.LOAD_PAIR),
    (("strd",), Kind.STORE_PAIR),
    (("ldm", "pop"), Kind.LOAD_MULTIPLE),
    (("stm", "push"), Kind.STORE_MULTIPLE),
    (("ldr",), Kind.LOAD),
    (("str",), Kind.STORE),
    (("sdiv", "udiv"), Kind.DIVIDE),
    (("tbb", "tbh"), Kind.TABLE_BRANCH),
    (("cbz", "cbnz"), Kind.BRANCH_CONDITIONAL),
    (("bx",), Kind.BRANCH_INDIRECT),
    (("smull", "umull", "smlal", "umlal", "smlsl", "umaal"), Kind.MULTIPLY_LONG),
    (("mla", "mls"), Kind.MULTIPLY_ACCUMULATE),
    (("mul", "smul", "smla", "smls", "smmul", "smmla", "smmls", "smuad", "smusd"), Kind.MULTIPLY),
    (("dsb", "isb", "dmb", "svc", "bkpt", "nop", "mrs", "msr", "cps"), Kind.SYSTEM),
    (("vldm", "vpop"), Kind.FLOAT_LOAD_MULTIPLE),
    (("vstm", "vpush"), Kind.FLOAT_STORE_MULTIPLE),
    (("vldr",), Kind.FLOAT_LOAD),
    (("vstr",), Kind.FLOAT_STORE),
    (("vdiv", "vsqrt"), Kind.FLOAT_DIVIDE),
    (("vml", "vfm", "vnml", "vfnm"), Kind.FLOAT_MULTIPLY_ACCUMULATE),
    (("v",), Kind.FLOAT),
]
_VECTOR_KINDS: list[tuple[tuple[str, ...], Kind]] = [
    (("vpt", "vpst", "vctp", "vpnot"), Kind.VECTOR_PREDICATE),
    (("vld",), Kind.VECTOR_LOAD),
    (("vst",), Kind.VECTOR_STORE),
    (("vml", "vmul", "vrml", "vrmul", "vqdm", "vqrdm", "vfma", "vfms"), Kind.VECTOR_MULTIPLY),
]
_GATHERS = {"8": Kind.VECTOR_GATHER_16, "16": Kind.VECTOR_GATHER_8}  # by bits; words are loads
_CONDITIONS = frozenset(
    ("eq", "ne", "hs", "lo", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le")
)
# Into a core register, so no vector register need be named.
_VECTOR_SUMS = ("vmladav", "vmlav", "vaddv", "vmlaldav", "vrmlal")
_ACCUMULATE = ("mla", "mls", "smla", "smls", "smmla")


def _first(table: list[tuple[tuple[str, ...], Kind]], mnemonic: str, otherwise: Kind) -> Kind:
    return next((kind for starts, kind in table if mnemonic.startswith(starts)), otherwise)


class Decoder:
    """Decodes blocks of one image, each instruction once."""

    def __init__(self, elf: Path, target: Target) -> None:
        try:
            import capstone
        except ModuleNotFoundError as error:
            raise MissingTool(
                "capstone is not installed; pip install 'tinycompile[simulate]'"
            ) from error
        self._arm = capstone.arm
        self._layout = Layout.read(elf)
        armv8 = target.cpu in ("cortex-m23", "cortex-m33", "cortex-m35p", "cortex-m55")
        mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
        self._capstone = capstone.Cs(
            capstone.CS_ARCH_ARM, mode | (capstone.CS_MODE_V8 if armv8 else 0)
        )
        self._capstone.detail = True
        self._vectors = _disassemble_vectors(elf) if target.isa >= Isa.MVE else {}
        self._known: dict[int, Instruction] = {}

    def block(self, address: int, nbytes: int) -> list[Instruction]:
        """The instructions of the straight-line code at `address`."""
        found, end = [], address + nbytes
        while address < end:
            if address not in self._known:
                self._known[address] = self._decode(address)
            found.append(self._known[address])
            address += found[-1].nbytes
        return found

    def _decode(self, address: int) -> Instruction:
        half = int.from_bytes(self._layout.bytes_at(address, 2), "little")
        nbytes = 4 if half >> 11 in (0x1D, 0x1E, 0x1F) else 2
        if address in self._vectors:
            return Instruction(kind=self._vectors[address], nbytes=nbytes)
        code = self._layout.bytes_at(address, nbytes)
        decoded = next(self._capstone.disasm(code, address, 1), None)
        if decoded is None:  # of Armv8.1-M's scalar additions: conditional selects, long shifts
            return Instruction(kind=Kind.ARITHMETIC, nbytes=nbytes)
        return self._describe(decoded)

    def _describe(self, decoded: Any) -> Instruction:
        arm, operands = self._arm, decoded.operands
        mnemonic = decoded.mnemonic.split(".")[0]
        reads, writes = map(frozenset, decoded.regs_access())
        kind = self._kind(mnemonic, operands)
        memory = [operand.mem for operand in operands if operand.type == arm.ARM_OP_MEM]
        address = frozenset(r for m in memory for r in (m.base, m.index) if r)
        if arm.ARM_REG_PC in writes:
            kind = {Kind.LOAD: Kind.LOAD_PC, Kind.LOAD_MULTIPLE: Kind.LOAD_MULTIPLE_PC}.get(
                kind, kind
            )
        elif kind is Kind.LOAD and decoded.writeback:
            kind = Kind.LOAD_UPDATE
        elif kind is Kind.STORE and any(m.index for m in memory):
            kind = Kind.STORE_INDEXED
        accumulates = len(operands) == 4 and mnemonic.startswith(_ACCUMULATE)
        return Instruction(
            kind=kind,
            nbytes=decoded.size,
            reads=reads,
            writes=writes,
            address=address,
            updated=address & writes if decoded.writeback else frozenset(),
            registers=self._registers(mnemonic, kind, operands, decoded.op_str),
            accumulator=operands[3].reg if accumulates and kind is not Kind.MULTIPLY_LONG else None,
        )

    def _kind(self, mnemonic: str, operands: Sequence[Any]) -> Kind:
        if re.fullmatch("it[te]*", mnemonic):
            return Kind.IT
        if mnemonic in ("bl", "blx"):
            direct = operands and operands[0].type == self._arm.ARM_OP_IMM
            return Kind.CALL if direct else Kind.CALL_INDIRECT
        if mnemonic == "b":
            return Kind.BRANCH
        if mnemonic[0] == "b" and mnemonic[1:] in _CONDITIONS:
            return Kind.BRANCH_CONDITIONAL
        return _first(_KINDS, mnemonic, Kind.ARITHMETIC)

    def _registers(self, mnemonic: str, kind: Kind, operands: Sequence[Any], text: str) -> int:
        """How many 32-bit registers a load or store moves."""
        count: int = sum(operand.type == self._arm.ARM_OP_REG for operand in operands)
        match kind:
            case Kind.LOAD_MULTIPLE | Kind.LOAD_MULTIPLE_PC | Kind.STORE_MULTIPLE:
                return count - (not mnemonic.startswith(("pop", "push")))
            case Kind.FLOAT_LOAD_MULTIPLE | Kind.FLOAT_STORE_MULTIPLE:
                listed = count - (not mnemonic.startswith(("vpop", "vpush")))
                return listed * (2 if "{d" in text else 1)
            case Kind.FLOAT_LOAD | Kind.FLOAT_STORE:
                return 2 if text.startswith("d") else 1
        return 1


def _disassemble_vectors(elf: Path) -> dict[int, Kind]:
    """Kinds of the MVE and low-overhead-loop instructions, which capstone 5 does not know."""
    # Without -m it takes vectors for a coprocessor's instructions.
    command = [find_tool("arm-none-eabi-objdump"), "-d", "-m", "armv8.1-m.main", str(elf)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[int, Kind] = {}
    for text in listing.splitlines():
        line = re.match(r"\s*([0-9a-f]+):\t[0-9a-f ]+\t(\S+)\s*(.*)$", text)
        if line is None:
            continue
        mnemonic, bits = line[2].partition(".")[::2]
        operands = line[3]
        if mnemonic.startswith(("wls", "dls", "letp", "lctp")) or mnemonic == "le":
            found[int(line[1], 16)] = Kind.LOOP
        elif kind := _vector_kind(mnemonic, bits.lstrip("usif"), operands):
            found[int(line[1], 16)] = kind
    return found


def _vector_kind(mnemonic: str, bits: str, operands: str) -> Kind | None:
    """None for a scalar float instruction; `bits` are a lane's."""
    if not mnemonic.startswith("v") or mnemonic.startswith(("vmrs", "vmsr", "vpush", "vpop")):
        return None
    kind = _first(_VECTOR_KINDS, mnemonic, Kind.VECTOR)
    vector = re.search(r"\bq[0-7]\b", operands) or mnemonic.startswith(_VECTOR_SUMS)
    if re.search(r"\[r\d+, q[0-7]\b", operands):
        kind = _GATHERS.get(bits, kind)
    return kind if vector or kind is Kind.VECTOR_PREDICATE else None
