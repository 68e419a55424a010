"""The arena over time as text: a line a moment, addresses to the right."""

from itertools import cycle
from string import ascii_letters
from textwrap import wrap

from tinycompile.report.memory_map import MemoryMap

CELLS = 48  # of the arena in a line
LINES = 60  # at most; of more moments a line shows the fullest of several
FREE, SHARED, SCRATCH = ".", "=", "#"
LARGEST = 26  # tensors that the legend has
WIDTH = 100  # of the legend


def lines(drawn: MemoryMap) -> list[str]:
    """A heading, a line for each moment, and which letter is what."""
    named = [box for box in drawn.boxes if box.kind != "scratch"]
    letters = dict(zip(named, cycle(ascii_letters), strict=False))
    cell = max(1, -(-drawn.arena_bytes // CELLS))
    found = [
        f"Memory of {drawn.name}: {drawn.verdict}. A character is {cell:,} bytes; "
        f"{SCRATCH} scratch, {SHARED} an output over a dying input, < the peak."
    ]
    together = -(-len(drawn.moments) // LINES)
    for start in drawn.moments[::together]:
        group = range(start, min(start + together, drawn.moments.stop))
        moment = max(group, key=lambda m: (m in drawn.peaks, drawn.used[m]))
        cells = [FREE] * CELLS
        for box in drawn.alive(moment):
            for i in range(box.offset // cell, -(-box.end // cell)):
                held = min(box.end, (i + 1) * cell) - max(box.offset, i * cell)
                if 2 * held >= min(cell, box.nbytes):  # most of the cell, or of the box
                    cells[i] = letters.get(box, SCRATCH) if cells[i] == FREE else SHARED
        mark = " <" if moment in drawn.peaks else "  "
        used = f"{drawn.used[moment]:>9,}"
        found.append(f"{''.join(cells)} {used}{mark} {drawn.title_of(moment)}")
    most = sorted(named, key=lambda box: -box.nbytes)[:LARGEST]
    told = [f"{letters[box]} {box.name} {box.nbytes:,}" for box in named if box in most]
    told += [f"{len(named) - len(most)} smaller ones"] * (len(named) > len(most))
    return [*found, *wrap(", ".join(told), WIDTH, break_on_hyphens=False)]
