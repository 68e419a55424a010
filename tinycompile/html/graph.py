"""The network as a graph: layers in ranks from top to bottom, each below all that it reads.

An edge that passes ranks has a place of its own in each, so that it goes around boxes. Orders within
ranks are by the mean place of what is read, then of what reads, in turns: few crossings, not the fewest.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tinycompile.html.layers import Row

WIDTH, HEIGHT = 250, 58  # of a box, in pixels
GAP, BETWEEN = 34, 26  # below a box, and beside it
PASSING = 18  # the width of an edge's place
SWEEPS = 8
MARGIN = 12
LETTERS = 36  # of a name in a box


@dataclass(frozen=True)
class Node:
    """A layer, an input or an output; or, without a text, the place where an edge passes."""

    key: str
    rank: int
    title: str = ""
    text: str = ""
    row: Row | None = None
    family: str = ""

    @property
    def width(self) -> int:
        return WIDTH if self.title else PASSING


@dataclass(frozen=True)
class Placed:
    node: Node
    x: float  # of its middle
    y: float  # of its top

    @property
    def left(self) -> float:
        return self.x - WIDTH / 2


@dataclass(frozen=True)
class Graph:
    width: float
    height: float
    nodes: list[Placed]
    edges: list[str]  # as paths


Edges = list[tuple[str, str]]


def drawn(report: dict[str, Any], rows: list[Row]) -> Graph:
    nodes, edges = read(report, rows)
    nodes, edges = with_places(nodes, edges)
    ranks = ordered(nodes, edges)
    widest = max(sum(node.width + BETWEEN for node in rank) for rank in ranks)
    placed: dict[str, Placed] = {}
    for i, rank in enumerate(ranks):
        x = MARGIN + (widest - sum(node.width + BETWEEN for node in rank)) / 2
        for node in rank:
            middle = x + (node.width + BETWEEN) / 2
            placed[node.key] = Placed(node, middle, MARGIN + i * (HEIGHT + GAP))
            x += node.width + BETWEEN
    height = 2 * MARGIN + len(ranks) * (HEIGHT + GAP) - GAP
    lines = [path(placed[start], placed[end]) for start, end in edges]
    boxes = [item for item in placed.values() if item.node.title]
    return Graph(widest + 2 * MARGIN, height, boxes, lines)


def read(report: dict[str, Any], rows: list[Row]) -> tuple[dict[str, Node], Edges]:
    """Inputs, layers and outputs. Tensors of one storage are one: who wrote it last made it."""
    tensors = {t["name"]: t for t in report["memory"]["tensors"]}
    nodes, edges, made = {}, [], {}
    for t in (*report["inputs"], *report["states"]):
        key = f"input {t['name']}"
        nodes[key] = Node(key, 0, "input", described(t), family="input")
        made[tensors[t["name"]]["storage"]] = key
    for item, row in zip(report["layers"], rows, strict=True):
        sources = dict.fromkeys(made.get(tensors[name]["storage"]) for name in item["inputs"])
        known = [source for source in sources if source]
        rank = max((nodes[source].rank + 1 for source in known), default=1)
        operator, _, name = item["title"].replace('"', "").partition(" ")
        nodes[row.name] = Node(row.name, rank, operator, name, row, item["family"])
        edges += [(source, row.name) for source in known]
        made |= {tensors[name]["storage"]: row.name for name in item["outputs"]}
    for t in report["outputs"]:
        key = f"output {t['name']}"
        source = made.get(tensors[t["name"]]["storage"])
        nodes[key] = Node(
            key, nodes[source].rank + 1 if source else 1, "output", described(t), family="output"
        )
        edges += [(source, key)] if source else []
    return nodes, edges


def described(t: dict[str, Any]) -> str:
    return f"{t['name']} {'x'.join(map(str, t['shape']))} {t['dtype']}"


def with_places(nodes: dict[str, Node], edges: Edges) -> tuple[dict[str, Node], Edges]:
    """Edges from each rank to the next only."""
    nodes, short = dict(nodes), []
    for start, end in edges:
        before = start
        for rank in range(nodes[start].rank + 1, nodes[end].rank):
            key = f"{start} to {end} at {rank}"
            nodes[key] = Node(key, rank)
            short.append((before, key))
            before = key
        short.append((before, end))
    return nodes, short


def ordered(nodes: dict[str, Node], edges: Edges) -> list[list[Node]]:
    """The nodes of each rank, from left to right."""
    ranks: list[list[Node]] = [[] for _ in range(max(node.rank for node in nodes.values()) + 1)]
    for node in nodes.values():
        ranks[node.rank].append(node)
    above, below = defaultdict(list), defaultdict(list)
    for start, end in edges:
        above[end].append(start)
        below[start].append(end)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        order = range(1, len(ranks)) if down else range(len(ranks) - 2, -1, -1)
        for i in order:
            neighbours, fixed = (above, ranks[i - 1]) if down else (below, ranks[i + 1])
            place = {node.key: k / len(fixed) for k, node in enumerate(fixed)}
            own = {node.key: k / len(ranks[i]) for k, node in enumerate(ranks[i])}

            def mean(
                node: Node,
                neighbours: dict[str, list[str]] = neighbours,
                place: dict[str, float] = place,
                own: dict[str, float] = own,
            ) -> float:
                found = [place[key] for key in neighbours[node.key] if key in place]
                return sum(found) / len(found) if found else own[node.key]

            ranks[i].sort(key=mean)
    return ranks


def path(start: Placed, end: Placed) -> str:
    """From the bottom of one to the top of the other; straight through a place of its own."""
    top = start.y + HEIGHT
    head = f"M{start.x:.1f} {start.y if not start.node.title else top:.1f}V{top:.1f}"
    middle = (top + end.y) / 2
    curve = f"C{start.x:.1f} {middle:.1f} {end.x:.1f} {middle:.1f} {end.x:.1f} {end.y:.1f}"
    return head + curve


def shortened(text: str, room: int = LETTERS) -> str:
    """The end of a name tells most."""
    return text if len(text) <= room else f"…{text[len(text) - room + 1 :]}"
