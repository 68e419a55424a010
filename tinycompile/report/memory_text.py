"""The arena over time as text: a line a moment, addresses to the right."""

from itertools import cycle
from string import ascii_letters
from textwrap import wrap

from tinycompile.program import brief
from tinycompile.report.memory_map import Box, MemoryMap

CELLS = 48  # of the arena in a line
LINES = 60  # at most; of more moments a line shows the fullest of several
FREE, SHARED, SCRATCH = ".", "=", "#"
LARGEST = 26  # tensors that the legend has
WIDTH = 100  # of the legend


def lines(drawn: MemoryMap) -> list[str]:
    """A heading, a line for each moment, and which letter is what."""
    named = {box.of: box for box in drawn.boxes if box.kind != "scratch"}
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
        cells = drawn_cells(drawn.alive(moment), cell, letters)
        mark = " <" if moment in drawn.peaks else "  "
        used = f"{drawn.used[moment]:>9,}"
        found.append(f"{''.join(cells)} {used}{mark} {drawn.title_of(moment)}")
    most = sorted(named, key=lambda name: -named[name].nbytes)[:LARGEST]
    told = [f"{letters[name]} {legend(named[name])}" for name in named if name in most]
    told += [f"{len(named) - len(most)} smaller ones"] * (len(named) > len(most))
    return [*found, *wrap(", ".join(told), WIDTH, break_on_hyphens=False)]


def drawn_cells(boxes: list[Box], cell: int, letters: dict[str, str]) -> list[str]:
    """A character for each `cell` bytes: the box that has most of it."""
    cells, most = [FREE] * CELLS, [0] * CELLS
    for k, box in enumerate(boxes):
        over = any(other.offset < box.end and box.offset < other.end for other in boxes[:k])
        for i in range(box.offset // cell, -(-box.end // cell)):
            held = min(box.end, (i + 1) * cell) - max(box.offset, i * cell)
            if 2 * held < min(cell, box.nbytes) or (held <= most[i] and not over):
                continue
            taken = over and any(o.offset < (i + 1) * cell and i * cell < o.end for o in boxes[:k])
            cells[i], most[i] = SHARED if taken else letters.get(box.of, SCRATCH), held
    return cells


def legend(box: Box) -> str:
    """Of a tensor, or of one that is there in rows."""
    name = f"rows of {brief(box.group)}" if box.group else box.name
    return f"{name} {box.nbytes:,}"
