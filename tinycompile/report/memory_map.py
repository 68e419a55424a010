"""The arena over time, as boxes: drawn as a picture by `memory_drawing`, as text by `memory_text`."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tinycompile.program import brief

KINDS = ("input", "output", "state", "tensor", "scratch")


@dataclass(frozen=True)
class Box:
    """Bytes of the arena from one moment to another, both included."""

    name: str
    kind: str  # one of KINDS
    offset: int
    nbytes: int
    first: int
    last: int

    @property
    def end(self) -> int:
        return self.offset + self.nbytes


@dataclass(frozen=True)
class MemoryMap:
    """Moments are layers: -1 is before the run, the number of layers after it."""

    name: str
    arena_bytes: int
    least_bytes: int
    boxes: tuple[Box, ...]
    layers: tuple[str, ...]  # what they are called

    @classmethod
    def of(cls, report: dict[str, Any]) -> "MemoryMap":
        """From what NAME.json says of a model."""
        memory, ram = report["memory"], report["ram"]
        layers = tuple(item["title"] for item in report["layers"])
        largest: dict[str, dict[str, Any]] = {}  # tensors of one storage are one box
        for tensor in memory["tensors"]:
            known = largest.setdefault(tensor["storage"], tensor)
            if tensor["bytes"] > known["bytes"]:
                largest[tensor["storage"]] = tensor
        boxes = [
            Box(brief(t["name"]), t["role"], t["offset"], t["bytes"], t["first"], t["last"])
            for t in largest.values()
        ]
        boxes += [
            Box(
                f"rows of layers {group['first']} to {group['last']}",
                "tensor",
                *(group[key] for key in ("offset", "bytes", "first", "last")),
            )
            for group in memory.get("together", ())
        ]
        boxes += [
            Box(
                f"scratch of {layers[s['layer']]}",
                "scratch",
                s["offset"],
                s["bytes"],
                *2 * [s["layer"]],
            )
            for s in memory["scratch"]
        ]
        return cls(report["name"], ram["arena_bytes"], ram["least_bytes"], tuple(boxes), layers)

    @property
    def moments(self) -> range:
        return range(-1, len(self.layers) + 1)

    def title_of(self, moment: int) -> str:
        if moment < 0:
            return "before the run"
        return self.layers[moment] if moment < len(self.layers) else "after the run"

    def alive(self, moment: int) -> list[Box]:
        return [box for box in self.boxes if box.first <= moment <= box.last]

    @cached_property
    def used(self) -> dict[int, int]:
        """The bytes in use at each moment, those of two boxes counted once."""
        return {moment: union(self.alive(moment)) for moment in self.moments}

    @cached_property
    def peaks(self) -> list[int]:
        """The moments at which the arena's last byte is in use, but for alignment."""
        top = max((box.end for box in self.boxes), default=0)
        return [m for m in self.moments if any(box.end == top for box in self.alive(m))]

    @property
    def verdict(self) -> str:
        """The size of the arena, and what is known of smaller ones."""
        gap = self.arena_bytes - self.least_bytes
        if not gap:
            return f"{self.arena_bytes:,} bytes, optimal for this order of layers"
        return f"{self.arena_bytes:,} bytes, at most {gap:,} more than needed"


def union(boxes: list[Box]) -> int:
    """The bytes that any of `boxes` takes."""
    total = end = 0
    for box in sorted(boxes, key=lambda box: box.offset):
        total += max(0, box.end - max(end, box.offset))
        end = max(end, box.end)
    return total
