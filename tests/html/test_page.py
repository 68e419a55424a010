"""The page: the figures of NAME.json, and whole without a network."""

import copy
import html
import re
from pathlib import Path
from typing import Any

from tests.cli.program import Cli
from tests.html.tables import Tables, cells
from tinycompile.html.page import page
from tinycompile.report.memory_map import MemoryMap

Report = dict[str, Any]
VERDICT = '<li class="(good|warn|info)">(.*?)</li>'


def test_layers_have_the_figures_of_the_file(report: Report) -> None:
    rows = cells(page(report), "layer-table")
    assert len(rows) == len(report["layers"])
    for row, item in zip(rows, report["layers"], strict=True):
        assert row[1] == item["title"]
        assert row[2].startswith(item["kernel"]) and item["why"] in row[2]
        assert all(words in row[2] for words in item["refused"])
        cycles = item["estimated_cycles"]
        assert row[5] == f"{item['macs']:,}"
        assert row[6] == ("-" if cycles is None else f"{cycles:,}")
        assert row[9] == f"{item['flash_bytes']:,}"


def test_flash_adds_up_to_its_total(report: Report) -> None:
    rows = cells(page(report), "flash-table")
    found = [int(row[2].replace(",", "")) for row in rows]
    assert sum(found) == report["flash"]["total_bytes"]
    assert found == sorted(found, reverse=True)


def test_tensors_have_what_quantisation_found(quantized: Report) -> None:
    rows = cells(page(quantized), "tensor-table")
    found = quantized["quantization"]["tensors"]
    assert [row[0] for row in rows] == [tensor["source"] for tensor in found]
    assert [row[2] for row in rows] == [f"{tensor['snr_db']:.1f}" for tensor in found]
    assert [row[3] for row in rows] == [f"{tensor['sensitivity_db']:.1f}" for tensor in found]


def test_a_page_without_quantisation_says_nothing_of_it(digits: Report) -> None:
    assert "tensor-table" not in page(digits) and "From float to int8" not in page(digits)


def test_the_verdict_comes_first(quantized: Report) -> None:
    text = page(quantized)
    lines = re.findall(VERDICT, text)
    ram = quantized["ram"]["total_bytes"] / quantized["ram"]["budget_bytes"]
    assert lines[0][0] == "good" and f"fits cortex-m4: {ram:.1%} of the RAM" in lines[0][1]
    assert any(line.startswith("int8: the class of float for ") for _, line in lines)
    assert text.index('id="verdict"') < text.index('id="network"')


def test_little_room_and_warnings_stand_out(digits: Report) -> None:
    tight = digits | {"notes": ["WARNING: odd", "plain"]}
    tight["ram"] = tight["ram"] | {"budget_bytes": tight["ram"]["total_bytes"]}
    lines = re.findall(VERDICT, page(tight))
    assert lines[0][0] == "warn" and "just so: 100.0% of the RAM" in lines[0][1]
    assert lines[-2:] == [("warn", "odd"), ("info", "plain")]


def test_measured_cycles_are_preferred_and_said_to_be(digits: Report) -> None:
    rows = [
        {"name": item["name"], "cycles_flash": 100 + i, "cycles_zero_wait": 1}
        for i, item in enumerate(digits["layers"])
    ]
    between = {"name": "digits_run", "cycles_flash": 50, "cycles_zero_wait": 1}
    text = page(digits | {"profile": {"rows": [*rows, between], "flash_timing": "a chip"}})
    found = [row[6] for row in cells(text, "layer-table")]
    assert found == [str(100 + i) for i in range(len(rows))]
    total = 50 + sum(100 + i for i in range(len(rows)))
    assert f"A run takes {total:,} cycles" in text and "measured, flash of a chip" in text


def test_a_total_of_which_much_is_unknown_is_none(digits: Report) -> None:
    layers = [item | {"estimated_cycles": None if item["macs"] else 9} for item in digits["layers"]]
    text = page(digits | {"layers": layers})
    assert "How long a run takes is not known" in text
    assert {row[7] for row in cells(text, "layer-table")} == {"-"}
    few = [item | {"estimated_cycles": 9 if item["macs"] else None} for item in digits["layers"]]
    known = sum(1 for item in few if item["macs"])
    assert f"A run takes at least {9 * known} cycles" in page(digits | {"layers": few})


def test_everything_is_inside_and_well_formed(report: Report) -> None:
    text = page(report, report)
    parsed = Tables(text)
    assert parsed.open == []
    assert all(link.startswith(("#", "data:,")) for link in parsed.links), parsed.links
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert "default-src 'none'" in text
    assert len(text) < 2_000_000


def test_names_are_text_whatever_is_in_them(digits: Report) -> None:
    bad = "</script><script>alert(1)</script>"
    odd = copy.deepcopy(digits)
    (given,) = odd["inputs"]
    for tensor in odd["memory"]["tensors"]:
        tensor["name"] = bad if tensor["name"] == given["name"] else tensor["name"]
    odd["layers"][0] |= {"title": f'Conv "{bad}"', "why": bad, "refused": [bad], "inputs": [bad]}
    given["name"] = odd["name"] = bad
    text = page(odd, odd)
    assert bad not in text and Tables(text).open == []


def test_the_graph_has_every_layer_and_boxes_lie_apart(quantized: Report) -> None:
    text = page(quantized)
    names = re.findall('data-layer="(.*?)"', text)
    assert sorted(names) == sorted(item["name"] for item in quantized["layers"])
    corners = re.findall(r'class="node.*?translate\(([\d.]+) ([\d.]+)\)', text)
    places = [(float(x), float(y)) for x, y in corners]
    assert len(places) == len(names) + 2
    for i, (x, y) in enumerate(places):
        for other, top in places[:i]:
            assert abs(x - other) >= 250 or abs(y - top) >= 58


def test_a_page_against_another_shows_what_changed(digits: Report) -> None:
    old, count = copy.deepcopy(digits), len(digits["layers"])
    old["ram"]["total_bytes"] -= 100
    old["layers"][1] |= {"kernel": "tc_old", "flash_bytes": 1, "estimated_cycles": None}
    old["layers"][2]["outputs"] = ["gone"]
    text = page(digits, old)
    totals, layers = cells(text, "table 0"), cells(text, "table 1")
    assert any(row[0] == "RAM, bytes" and "+100 (+" in row[3] for row in totals)
    changed = {row[0]: row for row in layers}[digits["layers"][1]["title"]]
    assert changed[1] == f"tc_old → {digits['layers'][1]['kernel']}"
    assert changed[3] == f"1 → {digits['layers'][1]['flash_bytes']:,}"
    assert len(layers) == 3  # one is new, one gone, one has another kernel
    assert f"{count - 2} of {count + 1} layers are as they were" in text


def test_accuracy_is_compared_in_words(quantized: Report, digits: Report) -> None:
    old = copy.deepcopy(quantized)
    old["quantization"]["same_class"] = {"int8": 1}
    text = page(quantized, old)
    assert "Before: int8: the class of float for 1 of 64 samples" in text
    assert "Now: int8: the class of float for " in text
    assert "Before: " not in page(digits, digits)


def test_when_ram_is_full_is_said(digits: Report) -> None:
    peak = MemoryMap.of(digits).peaks[0]
    title = html.escape(digits["layers"][peak]["title"])
    assert f"It is full at {title}" in page(digits).replace("&#34;", "&quot;")


def test_cycles_are_compared_with_cycles_of_their_kind_only(digits: Report) -> None:
    rows = [{"name": i["name"], "cycles_flash": 7, "cycles_zero_wait": 7} for i in digits["layers"]]
    measured = digits | {"profile": {"rows": rows, "flash_timing": None}}
    assert "Cycles are estimated" in page(measured, digits).partition('id="network"')[0]
    assert '<td class="number good' not in page(measured, digits)
    assert "Cycles are measured" in page(measured, measured).partition('id="network"')[0]


def test_the_command_line_writes_it(cli: Cli, model: str) -> None:
    assert cli(model, "--html", "report.html", "--kernels", "portable")[0] == 0
    assert len(cells(Path("report.html").read_text(), "layer-table")) == 3
    old = Path("tiny/tiny.json").read_text()
    words = [model, "--html", "report.html", "--html-against", "tiny/tiny.json"]
    assert cli(*words)[0] == 0  # which writes another tiny.json first
    assert "Since tiny on cortex-m4" in Path("report.html").read_text()
    Path("old.json").write_text(old.replace('"layers": [\n    {', '"strata": [\n    {'))
    for name, expected in (
        ("none.json", "none.json: cannot read it"),
        ("tiny.tflite", "tiny.tflite: not a NAME.json of TinyCompile"),
        ("old.json", "old.json: it has no layers: it is of several models, or of an older"),
    ):
        status, _, errors = cli(model, "--html", "new.html", "--html-against", name)
        assert status == 1 and errors.startswith(f"error: {expected}") and errors.count("\n") == 1
        assert not Path("new.html").exists()
    assert cli(model, "--html-against", "tiny/tiny.json")[0] == 2
