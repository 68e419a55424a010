"""The arena over time as a picture: time to the right, addresses upwards, a box a tensor."""

import math
from html import escape

from tinycompile.report.memory_map import Box, MemoryMap

LEFT, RIGHT, TOP, BOTTOM = 76, 16, 58, 44  # margins, in pixels
WIDTH, HEIGHT = 1060, 420  # of the plot, at most and always
WIDEST = 90  # a moment
NAMED = 24  # the narrowest moment whose layer is named below
CHARACTER = 6.2  # the width of one, about
FILLS = {"input": "#4e9fd1", "output": "#59a869", "state": "#9b7fc4", "scratch": "#b5b5b5"}
TENSORS = ("#f2a65a", "#e6c65c", "#e58a7b", "#c9a27e", "#d9b44a", "#efb98b")
# Colours are a page's where it has any, and styles of this picture only.
STYLE = """\
.memory-map text { font: 11px sans-serif; fill: var(--ink, #222) }
.memory-map .paper { fill: var(--paper, #fff) }
.memory-map .title { font-size: 15px }
.memory-map .box { stroke: #333; stroke-width: 0.6; fill-opacity: 0.8 }
.memory-map .inside { fill: #222 }
.memory-map .grid { stroke: var(--line, #ddd) }
.memory-map .axis { stroke: var(--faint, #333); fill: none }
.memory-map .peak { stroke: var(--bad, #c00); stroke-dasharray: 5 3 }
.memory-map .peaks { fill: var(--bad, #c00); fill-opacity: 0.09 }
.memory-map .red { fill: var(--bad, #c00) }"""


def svg(drawn: MemoryMap) -> str:
    """A picture that stands alone, or in a page."""
    plot = Plot(drawn)
    width = plot.right + RIGHT
    height = TOP + HEIGHT + BOTTOM + plot.names_height
    parts = [
        f'<svg class="memory-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        f"<title>{escape(drawn.name)}: memory over time</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" class="paper"/>',
        text(LEFT, 20, f"{drawn.name}: arena of {drawn.verdict}", "title"),
        *legend(drawn),
        *plot.grid(),
        *plot.peaks(),
        *map(plot.box, drawn.boxes),
        *plot.axes(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def page(drawn: MemoryMap) -> str:
    """The picture as an HTML file."""
    title = f"{escape(drawn.name)}: memory over time"
    head = f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
    return f"{head}<body>\n{svg(drawn)}</body>\n</html>\n"


class Plot:
    """Where bytes and moments are on the picture."""

    def __init__(self, drawn: MemoryMap) -> None:
        self.drawn = drawn
        groups = dict.fromkeys(box.of for box in drawn.boxes)
        self.colours = {name: i for i, name in enumerate(groups)}
        self.step = min(WIDEST, WIDTH / len(drawn.moments))
        self.right = LEFT + math.ceil(self.step * len(drawn.moments))
        self.named = self.step >= NAMED
        longest = max((len(shortened(name, 30)) for name in drawn.titles), default=0)
        self.names_height = round(longest * CHARACTER * 0.7) if self.named else 0

    def x(self, moment: int) -> float:
        return LEFT + (moment - self.drawn.moments.start) * self.step

    def y(self, offset: float) -> float:
        return TOP + HEIGHT * (1 - offset / max(1, self.drawn.arena_bytes))

    def box(self, box: Box) -> str:
        x, y = self.x(box.first), self.y(box.end)
        width, height = self.x(box.last + 1) - x, self.y(box.offset) - y
        fill = FILLS.get(box.kind) or TENSORS[self.colours[box.of] % len(TENSORS)]
        when = f"{self.drawn.title_of(box.first)} to {self.drawn.title_of(box.last)}"
        where = f"{box.nbytes:,} bytes at {box.offset:,}"
        shape = (
            f"<g><title>{escape(f'{box.name}: {where}, {when}')}</title>"
            f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'fill="{fill}"/>'
        )
        room = int((width - 4) / CHARACTER)
        if height >= 12 and room >= 4:
            shape += text(x + 3, y + height / 2 + 4, shortened(box.name, room), "inside")
        return shape + "</g>"

    def grid(self) -> list[str]:
        lines = []
        for at in ticks(self.drawn.arena_bytes):
            y = self.y(at)
            lines.append(line(LEFT, y, self.right, y, "grid"))
            lines.append(text(LEFT - 6, y + 4, f"{at:,}", anchor="end"))
        return lines

    def peaks(self) -> list[str]:
        """The moments at which the arena is full."""
        return [
            f'<rect class="peaks" x="{self.x(moment):.1f}" y="{TOP}" width="{self.step:.1f}" '
            f'height="{HEIGHT}"/>'
            for moment in self.drawn.peaks
        ]

    def axes(self) -> list[str]:
        y, middle = TOP + HEIGHT, TOP + HEIGHT / 2
        parts = [
            f'<path class="axis" d="M{LEFT} {TOP}V{y}H{self.right}"/>',
            line(LEFT, TOP, self.right, TOP, "peak"),
            text(self.right, TOP - 5, f"peak {self.drawn.arena_bytes:,} bytes", "red", "end"),
            f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">'
            "address, bytes from the arena's start</text>",
            text(
                (LEFT + self.right) / 2,
                y + BOTTOM + self.names_height - 8,
                "layers, in order",
                "",
                "middle",
            ),
        ]
        if self.named:
            for i, name in enumerate(self.drawn.titles):
                x = self.x(i) + self.step / 2
                parts.append(
                    f'<text transform="translate({x:.1f} {y + 12}) rotate(-40)" text-anchor="end">'
                    f"{escape(shortened(name, 30))}</text>"
                )
        return parts


def legend(drawn: MemoryMap) -> list[str]:
    parts, x = [], LEFT
    for kind in dict.fromkeys(box.kind for box in drawn.boxes):
        fill = FILLS.get(kind, TENSORS[0])
        parts.append(f'<rect class="box" x="{x}" y="30" width="12" height="12" fill="{fill}"/>')
        parts.append(text(x + 17, 40, kind))
        x += 32 + round(len(kind) * CHARACTER)
    parts.append(
        text(x, 40, "boxes that overlap: an output over an input that is read for the last time")
    )
    return parts


def ticks(most: int) -> list[int]:
    """Round numbers of bytes, at most eight, from 0 on."""
    step = 1
    while most / step > 8:
        step *= 2
    return list(range(0, most, step)) if step < most else [0]


def shortened(name: str, room: int) -> str:
    """The end of a name tells most: the rest are scopes."""
    return name if len(name) <= room else f"…{name[len(name) - room + 1 :]}"


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    of_style = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{of_style} text-anchor="{anchor}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
