"""The layers as CSV."""

import csv
import io
from typing import Any

from tinycompile.report.sheet import sheet

LAYER = {
    "name": "layer00_conv2d_s8", "source": 'CONV_2D "a, b"', "kernel": "tc_conv2d_s8", "family": "portable",
    "inputs": ["x", "y"], "outputs": ["z"], "shapes": [[1, 6, 6, 4]], "macs": 2592,
    "estimated_cycles": None, "flash_bytes": 100, "constant_bytes": 108, "scratch_bytes": 0, "why": "",
}  # fmt: skip


def rows(report: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet(report))))


def test_a_row_a_layer() -> None:
    (row,) = rows({"layers": [LAYER]})
    assert row["source"] == 'CONV_2D "a, b"'
    assert (row["inputs"], row["shapes"], row["estimated_cycles"]) == ("x y", "1x6x6x4", "")
    assert "instructions" not in row


def test_what_was_measured_is_there_too() -> None:
    measured = {"name": LAYER["name"], "instructions": 9, "cycles_zero_wait": 10, "macs": 1}
    (row,) = rows({"layers": [LAYER], "profile": {"rows": [measured]}})
    assert (row["instructions"], row["cycles_flash"], row["macs"]) == ("9", "", "2592")
