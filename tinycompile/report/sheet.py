"""The layers as CSV, for spreadsheets: a row a layer, the columns of NAME.json."""

import csv
import io
from typing import Any

COLUMNS = (
    "name", "source", "kernel", "family", "inputs", "outputs", "shapes", "macs", "estimated_cycles",
    "flash_bytes", "constant_bytes", "scratch_bytes", "why",
)  # fmt: skip
MEASURED = ("instructions", "cycles_zero_wait", "cycles_flash")  # by --profile


def sheet(report: dict[str, Any]) -> str:
    rows = {row["name"]: row for row in report.get("profile", {}).get("rows", [])}
    columns = [*COLUMNS, *(MEASURED if rows else ())]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for item in report["layers"]:
        known = rows.get(item["name"], {}) | item
        writer.writerow(cell(known.get(column)) for column in columns)
    return text.getvalue()


def cell(value: Any) -> Any:
    """Names are apart by spaces, shapes too: 1x8x8x16."""
    if not isinstance(value, list):
        return value
    return " ".join("x".join(map(str, i)) if isinstance(i, list) else str(i) for i in value)
