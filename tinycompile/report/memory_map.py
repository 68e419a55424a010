"""The arena over time, as boxes: drawn as a picture by `memory_drawing`, as text by `memory_text`."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from tinycompile.program import brief

KINDS = ("input", "output", "state", "tensor", "row", "scratch")


@dataclass(frozen=True)
class Box:
    """Bytes of the arena from one moment to another, both included."""

    name: str
    kind: str  # one of KINDS
    offset: int
    nbytes: int
    first: int
    last: int
    group: str = ""  # the tensor whose row it is

    @property
    def of(self) -> str:
        """What has a colour and a letter."""
        return self.group or self.name

    @property
    def end(self) -> int:
        return self.offset + self.nbytes


@dataclass(frozen=True)
class MemoryMap:
    """Moments are layers, or calls of those that run together: -1 is before a run, their number after it."""

    name: str
    arena_bytes: int
    least_bytes: int
    boxes: tuple[Box, ...]
    titles: tuple[str, ...]  # what happens at each moment

    @classmethod
    def of(cls, report: dict[str, Any]) -> "MemoryMap":
        """From what NAME.json says of a model."""
        memory, ram = report["memory"], report["ram"]
        layers = tuple(item["title"] for item in report["layers"])
        times = Times(len(layers), memory.get("together", []))
        largest: dict[str, dict[str, Any]] = {}  # tensors of one storage are one box
        for tensor in memory["tensors"]:
            known = largest.setdefault(tensor["storage"], tensor)
            if tensor["bytes"] > known["bytes"]:
                largest[tensor["storage"]] = tensor
        boxes = [box for tensor in largest.values() for box in whole(tensor, times)]
        for s in memory["scratch"]:
            name, when = f"scratch of {layers[s['layer']]}", times.of(s["layer"], s["layer"])
            boxes.append(Box(name, "scratch", s["offset"], s["bytes"], *when))
        boxes += [box for group in times.groups for box in rows(group, largest, times)]
        titles = times.titles(layers)
        return cls(report["name"], ram["arena_bytes"], ram["least_bytes"], tuple(boxes), titles)

    @property
    def moments(self) -> range:
        return range(-1, len(self.titles) + 1)

    def title_of(self, moment: int) -> str:
        if moment < 0:
            return "before the run"
        return self.titles[moment] if moment < len(self.titles) else "after the run"

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


class Times:
    """The moments of layers; those that run together share those of their calls."""

    def __init__(self, layers: int, groups: list[dict[str, Any]]) -> None:
        self.layers, self.groups = layers, groups
        counts = [1] * layers
        for group in groups:
            counts[group["first"]] = group["calls"]
            counts[group["first"] + 1 : group["last"] + 1] = [0] * (group["last"] - group["first"])
        self.begins = [0, *accumulate(counts)]

    def of(self, first: int, last: int) -> tuple[int, int]:
        """From the begin of a layer to the end of another."""
        group = next((g for g in self.groups if g["first"] <= last <= g["last"]), None)
        end = group["last"] if group else last
        begin = next((g["first"] for g in self.groups if g["first"] <= first <= g["last"]), first)
        after = self.begins[end + 1] - 1 if 0 <= end < self.layers else self.begins[-1]
        return (self.begins[begin] if begin >= 0 else -1), after if end >= 0 else -1

    def calls(self, group: dict[str, Any]) -> range:
        """The moments of a group."""
        begin = self.begins[group["first"]]
        return range(begin, begin + group["calls"])

    def titles(self, layers: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for i, count in enumerate(b - a for a, b in pairwise(self.begins)):
            calls = [f"{layers[i]} and those after it, call {k}" for k in range(count)]
            found += calls if count > 1 else [layers[i]] * count
        return tuple(found)


def whole(tensor: dict[str, Any], times: Times) -> list[Box]:
    """A tensor, but while its rows come or go one by one."""
    parts = [times.of(tensor["first"], tensor["last"])]
    for group in times.groups:
        if tensor["storage"] in group["lives"]:
            calls = times.calls(group)
            parts = [(a, min(b, calls.start - 1)) for a, b in parts] + [
                (max(a, calls.stop), b) for a, b in parts
            ]
    name, role = brief(tensor["name"]), tensor["role"]
    return [
        Box(name, role, tensor["offset"], tensor["bytes"], *part)
        for part in parts
        if part[0] <= part[1]
    ]


def rows(group: dict[str, Any], whole: dict[str, dict[str, Any]], times: Times) -> list[Box]:
    """Of tensors that layers make or read which run together."""
    found, calls = [], times.calls(group)
    for name, lives in group["lives"].items():
        tensor = whole.get(name)
        size = tensor["bytes"] // len(lives) if tensor else group["row_bytes"][name]
        offsets = (
            [tensor["offset"] + y * size for y in range(len(lives))]
            if tensor
            else group["rows"][name]
        )
        after = tensor and times.of(-1, tensor["last"])[1] >= calls.stop
        for y, (at, (first, last)) in enumerate(zip(offsets, lives, strict=True)):
            when = calls.start + first, calls.stop - 1 if after else calls.start + last
            found.append(Box(f"row {y} of {brief(name)}", "row", at, size, *when, name))
    return found


def union(boxes: list[Box]) -> int:
    """The bytes that any of `boxes` takes."""
    total = end = 0
    for box in sorted(boxes, key=lambda box: box.offset):
        total += max(0, box.end - max(end, box.offset))
        end = max(end, box.end)
    return total
