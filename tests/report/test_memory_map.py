"""The arena over time: the picture and the text say where everything lies, and when."""

from xml.etree import ElementTree

import pytest

from tinycompile.report import memory_drawing, memory_text
from tinycompile.report.memory_map import Box, MemoryMap

SVG = "{http://www.w3.org/2000/svg}"


def small(least: int = 96) -> MemoryMap:
    """x (48 bytes) -> y (64), which runs into it, with 24 bytes of scratch -> z (8)."""
    boxes = (
        Box("x <&>", "input", 24, 48, -1, 0),
        Box("y", "tensor", 0, 64, 0, 1),
        Box("scratch of first", "scratch", 72, 24, 0, 0),
        Box("z", "output", 64, 8, 1, 2),
    )
    return MemoryMap("net", 96, least, boxes, ("first", "second"))


def report() -> dict[str, object]:
    def tensor(name: str, role: str, storage: str, nbytes: int) -> dict[str, object]:
        where = {"storage": storage, "offset": 0, "bytes": nbytes, "first": -1, "last": 0}
        return {"name": name, "role": role} | where

    memory = {
        "tensors": [tensor("a/b/x", "input", "x", 4), tensor("flat", "tensor", "x", 8)],
        "scratch": [{"layer": 0, "offset": 8, "bytes": 12}],
    }
    ram = {"arena_bytes": 20, "least_bytes": 20}
    return {"name": "net", "memory": memory, "ram": ram, "layers": [{"title": "CONV"}]}


def test_tensors_of_one_storage_are_one_box_and_scratch_is_one_for_its_layer() -> None:
    assert MemoryMap.of(report()).boxes == (
        Box("flat", "tensor", 0, 8, -1, 0),
        Box("scratch of CONV", "scratch", 8, 12, 0, 0),
    )


def test_rows_come_and_go_with_the_calls_of_their_layers() -> None:
    """x (2 rows of 4 bytes) -> y (2 rows of 2), apart -> z (1 row of 3), which stays."""
    tensors = [
        {
            "name": "x",
            "role": "input",
            "storage": "x",
            "offset": 0,
            "bytes": 8,
            "first": -1,
            "last": 0,
        },
        {
            "name": "z",
            "role": "output",
            "storage": "z",
            "offset": 12,
            "bytes": 3,
            "first": 1,
            "last": 2,
        },
    ]
    group = {
        "first": 0, "last": 1, "offset": 8, "bytes": 4, "calls": 3,
        "rows": {"y": [8, 10]}, "row_bytes": {"y": 2, "z": 3},
        "lives": {"x": [[0, 0], [0, 1]], "y": [[0, 2], [1, 2]], "z": [[2, 2]]},
    }  # fmt: skip
    layers = [{"title": "A"}, {"title": "B"}]
    memory = {"tensors": tensors, "scratch": [], "together": [group]}
    ram = {"arena_bytes": 16, "least_bytes": 16}
    drawn = MemoryMap.of({"name": "net", "memory": memory, "ram": ram, "layers": layers})
    assert drawn.titles == tuple(f"A and those after it, call {k}" for k in range(3))
    assert [(b.name, b.offset, b.nbytes, b.first, b.last) for b in drawn.boxes] == [
        ("x", 0, 8, -1, -1),
        ("z", 12, 3, 3, 3),
        ("row 0 of x", 0, 4, 0, 0),
        ("row 1 of x", 4, 4, 0, 1),
        ("row 0 of y", 8, 2, 0, 2),
        ("row 1 of y", 10, 2, 1, 2),
        ("row 0 of z", 12, 3, 2, 2),
    ]


def test_shared_bytes_are_used_once() -> None:
    assert small().used == {-1: 48, 0: 96, 1: 72, 2: 8}
    assert small().peaks == [0]


def test_a_box_has_its_place_and_says_it() -> None:
    root = ElementTree.fromstring(memory_drawing.svg(small()))
    found = {}
    for group in root.iter(f"{SVG}g"):
        title, rect = group[0].text, group[1]
        assert title is not None
        found[title] = [float(rect.attrib[name]) for name in ("x", "y", "width", "height")]
    assert list(found) == [
        "x <&>: 48 bytes at 24, before the run to first",
        "y: 64 bytes at 0, first to second",
        "scratch of first: 24 bytes at 72, first to first",
        "z: 8 bytes at 64, second to after the run",
    ]
    x, y, scratch, z = found.values()
    moment = scratch[2]
    assert x[2] == y[2] == z[2] == 2 * moment
    assert y[0] == x[0] + moment == scratch[0]
    a_byte = y[3] / 64
    for box, (offset, nbytes) in zip(
        (x, y, scratch, z), ((24, 48), (0, 64), (72, 24), (64, 8)), strict=True
    ):
        assert box[3] == pytest.approx(nbytes * a_byte, abs=0.2)
        assert y[1] + y[3] - box[1] - box[3] == pytest.approx(offset * a_byte, abs=0.2)
    (peak,) = (rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "peaks")
    assert float(peak.attrib["x"]) == scratch[0]


def test_a_page_holds_the_picture() -> None:
    page = memory_drawing.page(small())
    assert page.startswith("<!DOCTYPE html>") and memory_drawing.svg(small()) in page


def test_many_moments_still_fit_the_picture() -> None:
    boxes = tuple(Box(f"row {i}", "tensor", i % 7 * 8, 8, i, i + 3) for i in range(3000))
    root = ElementTree.fromstring(memory_drawing.svg(MemoryMap("net", 56, 56, boxes, ("",) * 3003)))
    assert int(root.attrib["width"]) < 1300


def test_the_text_has_a_line_a_moment() -> None:
    """A character is 2 bytes."""
    heading, *lines, legend = memory_text.lines(small())
    assert heading.startswith(
        "Memory of net: 96 bytes, optimal for this order of layers. A character is 2 bytes;"
    )
    assert [line.split(maxsplit=3) for line in lines] == [
        ["............" + 24 * "a" + "............", "48", "before", "the run"],
        [12 * "b" + 20 * "=" + "aaaa" + 12 * "#", "96", "<", "first"],
        [32 * "b" + "cccc" + 12 * ".", "72", "second"],
        [32 * "." + "cccc" + 12 * ".", "8", "after", "the run"],
    ]
    assert legend == "a x <&> 48, b y 64, c z 8"


def test_a_gap_to_the_bound_is_told() -> None:
    assert "96 bytes, at most 16 more than needed" in memory_text.lines(small(least=80))[0]


def test_the_fullest_of_many_moments_is_shown() -> None:
    boxes = tuple(Box(f"row {i}", "tensor", 0, 8 + (i == 500) * 40, i, i) for i in range(1000))
    lines = memory_text.lines(MemoryMap("net", 48, 48, boxes, tuple(map(str, range(1000)))))
    assert len(lines) < 100
    (peak,) = (line for line in lines[1:] if " < " in line)
    assert peak.split()[1:] == ["48", "<", "500"]
