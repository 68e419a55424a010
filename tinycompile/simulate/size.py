"""What the linker or the compiler made of the sources, in bytes and names, from the ELF itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycompile.errors import MissingTool

_WRITE, _ALLOC, _EXECUTE = 1, 2, 4  # SHF_*
# Constants that hold addresses: written once, by the loader of a position-independent program.
_RELOCATED_CONSTANTS = ".data.rel.ro"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Bytes of an object or ELF file. The stack that the memory map sets aside is not counted."""

    code: int
    constants: int
    data: int  # starts with values, so it takes as much flash again
    bss: int

    @property
    def flash(self) -> int:
        return self.code + self.constants + self.data

    @property
    def ram(self) -> int:
        return self.data + self.bss


@dataclass(frozen=True, kw_only=True)
class Symbol:
    name: str
    kind: str  # "code", "constants", "data" or "bss"
    size: int  # bytes


def sizes(file: Path) -> Sizes:
    """Bytes by kind of an object file or a linked program."""
    total = dict.fromkeys(("code", "constants", "data", "bss"), 0)
    with open_elf(file) as elf:
        for section in elf.iter_sections():
            if kind := _kind(section):
                total[kind] += section["sh_size"]
    return Sizes(**total)


def symbols(file: Path) -> list[Symbol]:
    """Functions and objects that take memory, largest first."""
    with open_elf(file) as elf:
        found = [
            Symbol(name=name, kind=kind, size=entry["st_size"])
            for name, kind, entry in _defined(elf)
            if entry["st_size"]
        ]
    return sorted(found, key=lambda symbol: (-symbol.size, symbol.name))


def undefined_symbols(file: Path) -> set[str]:
    """What the object calls or reads and something else must bring."""
    with open_elf(file) as elf:
        return {
            entry.name
            for entry in elf.get_section_by_name(".symtab").iter_symbols()
            if entry.name and entry["st_shndx"] == "SHN_UNDEF"
        }


def writable_globals(file: Path) -> set[str]:
    """Variables that have their place in RAM, static ones too; a nameless one by its section."""
    found: set[str] = set()
    with open_elf(file) as elf:
        explained = set()
        for name, kind, entry in _defined(elf):
            if kind in ("data", "bss"):
                found.add(name)
                explained.add(entry["st_shndx"])
        for index, section in enumerate(elf.iter_sections()):
            if _kind(section) in ("data", "bss") and section["sh_size"] and index not in explained:
                found.add(section.name)
    return found


def _kind(section: Any) -> str:
    """Where a section ends up: "" for one that takes no memory."""
    flags = section["sh_flags"]
    if not flags & _ALLOC or section.name == ".stack":
        return ""
    if section["sh_type"] == "SHT_NOBITS":
        return "bss"
    if flags & _EXECUTE:
        return "code"
    constant = not flags & _WRITE or section.name.startswith(_RELOCATED_CONSTANTS)
    return "constants" if constant else "data"


def _defined(elf: Any) -> Iterator[tuple[str, str, Any]]:
    """(name, kind, symbol) of every function and object that the file itself brings."""
    for entry in elf.get_section_by_name(".symtab").iter_symbols():
        index = entry["st_shndx"]
        typed = entry["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT", "STT_TLS")
        if not typed or entry.name.startswith("$"):  # $d and $t only tell data from code
            continue
        if index == "SHN_COMMON":
            yield entry.name, "bss", entry
        elif isinstance(index, int) and (kind := _kind(elf.get_section(index))):
            yield entry.name, kind, entry


@contextmanager
def open_elf(file: Path) -> Iterator[Any]:
    """pyelftools' view of the file; MissingTool without pyelftools."""
    try:
        from elftools.elf.elffile import ELFFile
    except ModuleNotFoundError as error:
        raise MissingTool(
            "pyelftools is not installed; pip install 'tinycompile[simulate]'"
        ) from error
    with file.open("rb") as stream:
        yield ELFFile(stream)
