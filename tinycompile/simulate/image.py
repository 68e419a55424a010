"""What a profiler must know of a linked image: where functions lie, what flash is, the code itself."""

from dataclasses import dataclass
from pathlib import Path

from tinycompile.simulate.size import open_elf


@dataclass(frozen=True)
class Layout:
    functions: dict[str, range]  # addresses, without the Thumb bit
    flash: tuple[range, ...]  # code and constants, as the machine's memory map names them
    segments: tuple[tuple[int, bytes], ...]  # what is loaded, by its address

    @classmethod
    def read(cls, elf: Path) -> "Layout":
        functions: dict[str, range] = {}
        places: dict[str, int] = {}
        with open_elf(elf) as file:
            for symbol in file.get_section_by_name(".symtab").iter_symbols():
                if symbol["st_info"]["type"] == "STT_FUNC":
                    start = symbol["st_value"] & ~1
                    functions[symbol.name] = range(start, start + symbol["st_size"])
                elif symbol.name:
                    places[symbol.name] = symbol["st_value"]
            segments = tuple(
                (segment["p_vaddr"], segment.data())
                for segment in file.iter_segments()
                if segment["p_type"] == "PT_LOAD"
            )
        regions = [range(places[f"{r}_start"], places[f"{r}_end"]) for r in ("flash", "constants")]
        return cls(functions, tuple(regions), segments)

    def bytes_at(self, address: int, count: int) -> bytes:
        """Code as it was loaded; KeyError when the image has nothing there."""
        for start, data in self.segments:
            if start <= address and address + count <= start + len(data):
                return data[address - start : address - start + count]
        raise KeyError(f"the image has no {count} bytes at {address:#x}")
