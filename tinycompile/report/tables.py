"""The summary as tables for people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from tinycompile.cmsis_nn import HINT
from tinycompile.families import CMSIS_NN, DSP, GENERATED, MVE

NEARLY = 0.9  # of a budget: worth a look
OURS = {DSP: "kernels for DSP instructions", MVE: "kernels for Helium"}


def render(summary: dict[str, Any]) -> RenderableType:
    """The table of layers, then RAM and flash against the budget."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("Layer")
    for heading in ("Kernel", "Output"):
        table.add_column(heading, no_wrap=True)
    numbers = {"macs": "MACs", "constant_bytes": "Constants", "scratch_bytes": "Scratch"}
    shown = [key for key in numbers if any(item[key] for item in summary["layers"])]
    for key in shown:
        table.add_column(numbers[key], justify="right", no_wrap=True)
    for item in summary["layers"]:
        table.add_row(
            OneLine(item["title"]),
            shown_kernel(item, summary["name"]),
            ", ".join("x".join(map(str, shape)) for shape in item["shapes"]),
            *(f"{item[key]:,}" if item[key] else "" for key in shown),
        )
    return Group(table, "", memory_table(summary))


@dataclass(frozen=True)
class OneLine:
    """A cell that is shortened, not wrapped, where the terminal is narrow.

    First to the name in its quotes, if it has any, then in the middle.
    """

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        width, text = options.max_width, self.text
        if len(text) > width and (name := re.search('"(.+)"', text)):
            text = name[1]
        if len(text) > width:
            head = width // 2
            text = f"{text[:head]}…{text[len(text) - width + head + 1 :]}"
        yield Text(text)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(12, len(self.text)), len(self.text))


def bare(symbol: str) -> str:
    """A kernel's name without the prefix that all have."""
    return symbol.removeprefix("tc_")


def shown_kernel(item: dict[str, Any], name: str) -> str:
    """What computes a layer of the model `name`: the functions made for it have its name before theirs."""
    if item["family"] == GENERATED:
        return f"generated {item['kernel'].removeprefix(f'{name}_')}"
    return bare(item["kernel"])


def explanation(summary: dict[str, Any]) -> Table:
    """For each layer the kernel taken and why, and the words of those that were asked before it."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("Layer", ratio=2)
    table.add_column("Kernel", no_wrap=True)
    table.add_column("Why, and why no other", ratio=3)
    for item in summary["layers"]:
        words = [item["why"], *item["refused"]]
        kernel = shown_kernel(item, summary["name"])
        table.add_row(OneLine(item["title"]), kernel, "\n".join(filter(None, words)))
    return table


def kernels_line(summary: dict[str, Any]) -> str:
    """Where kernels come from, in a line."""
    shares = {
        words: sum(item["macs"] for item in summary["layers"] if item["family"] == family)
        for family, words in {**OURS, CMSIS_NN: summary["cmsis_nn"]}.items()
    }
    said = [
        f"{words} {macs / max(summary['macs'], 1):.1%}"
        for words, macs in shares.items()
        if words and (macs or words == summary["cmsis_nn"])
    ]
    if not said:
        return f"Portable kernels only. To use CMSIS-NN: {HINT}."
    return f"Of all multiply-accumulates: {', '.join(said)}."


def plugin_lines(summary: dict[str, Any]) -> list[str]:
    """Which plug-ins were there, and the layers that their kernels compute."""
    lines = []
    for plugin in summary.get("plugins", []):
        theirs = plugin["adds"].get("kernels", [])
        count = sum(item["kernel"] in theirs for item in summary["layers"])
        name = " ".join(filter(None, (plugin["name"], plugin["version"])))
        lines.append(f"Plug-in {name}: its kernels compute {count} layer{'s' * (count != 1)}.")
    return lines


def optimum(ram: dict[str, Any]) -> str:
    """Whether the arena could be smaller, of a single model."""
    if "least_bytes" not in ram:
        return ""
    gap = ram["arena_bytes"] - ram["least_bytes"]
    return f"; {gap:,} above the bound" if gap else "; optimal"


def memory_table(summary: dict[str, Any]) -> Table:
    ram, flash = summary["ram"], summary["flash"]
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for heading in ("Bytes", "Budget", "Used"):
        table.add_column(heading, justify="right")
    table.add_column("Of which")
    stack = ram.get("stack_bytes")  # several models have one each
    state = f"state {ram['state_bytes']:,}, " if ram["state_bytes"] else ""
    taken = "stack not included" if stack is None else f"stack of {stack:,} not included"
    ram_detail = f"{state}scratch {ram['scratch_bytes']:,}{optimum(ram)}; {taken}"
    for region in summary.get("memory", {}).get("regions", []):
        ram_detail += f"; {region['bytes']:,} more in {region['name']}"
    flash_detail = f"constants {flash['constant_bytes']:,}, code about {flash['code_bytes']:,}"
    if saved := flash["packing_saves_bytes"]:
        flash_detail += f"; packed weights save {saved:,}"
    for name, memory, detail in (("RAM", ram, ram_detail), ("Flash", flash, flash_detail)):
        used, budget = memory["total_bytes"], memory["budget_bytes"]
        part = used / budget if budget else 0.0
        share = Text(f"{part:.1%}", "yellow" if part > NEARLY else "green") if budget else ""
        table.add_row(name, f"{used:,}", f"{budget:,}", share, detail)
    return table
