"""What the compiler tells: a summary as data (it becomes NAME.json), and its tables for people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from tinycompile.cmsis_nn import HINT, CmsisNN
from tinycompile.code_size import code_bytes
from tinycompile.families import CMSIS_NN, GENERATED
from tinycompile.frontend.source import Source
from tinycompile.kernel import Refusal, types
from tinycompile.memory import MemoryPlan
from tinycompile.program import Layer, Program, Tensor
from tinycompile.target import Target
from tinycompile.version import __version__

NEARLY = 0.9  # of a budget: worth a look


def summarize(
    program: Program,
    plan: MemoryPlan,
    target: Target,
    source: Source,
    cmsis_nn: CmsisNN | None = None,
) -> dict[str, Any]:
    """All figures of a compilation, ready for JSON; sizes are in bytes."""
    constants, code = constant_bytes(program), code_bytes(program, target)
    return {
        "tinycompile": __version__,
        "name": program.name,
        "source": source.path.name,
        "target": target.name,
        "macs": program.macs,
        "cmsis_nn": cmsis_nn and str(cmsis_nn),
        "cmsis_nn_macs": sum(i.call.macs for i in program.layers if i.kernel.family == CMSIS_NN),
        "ram": {
            "arena_bytes": plan.arena_bytes,
            "live_bytes": plan.live_bytes,
            "scratch_bytes": plan.scratch_bytes,
            "state_bytes": plan.state_bytes,
            "total_bytes": plan.arena_bytes,
            "budget_bytes": target.ram_kib * 1024,
        },
        "flash": {
            "constant_bytes": constants,
            "packing_saves_bytes": program.saved_bytes,
            "code_bytes": code,
            "total_bytes": constants + code,
            "budget_bytes": target.flash_kib * 1024,
        },
        "inputs": [tensor(t, program) for t in program.inputs],
        "outputs": [tensor(t, program) for t in program.outputs],
        "states": [tensor(state.tensor, program) for state in program.states],
        "layers": [layer(item) for item in program.layers],
        "notes": source.notes,
    }


def tensor(t: Tensor, program: Program) -> dict[str, Any]:
    quantization = t.quantization if t.dtype != "float32" else None
    return {
        "name": t.name,
        "shape": list(t.shape),
        "dtype": t.dtype,
        "layout": program.layouts.get(t.name),
        "scale": quantization and quantization.scale,
        "zero_point": quantization and quantization.zero_point,
    }


def layer(item: Layer) -> dict[str, Any]:
    return {
        "name": item.name,
        "source": item.source,
        "title": item.title,
        "kernel": item.kernel.symbol,
        "family": item.kernel.family,
        "outputs": [t.name for t in item.outputs],
        "shapes": [list(t.shape) for t in item.outputs],
        "macs": item.call.macs,
        "constant_bytes": item.constant_bytes,
        "scratch_bytes": item.call.scratch,
    }


def constant_bytes(program: Program) -> int:
    """Flash for tables, equal ones once, and parameter structs at 4 bytes a field (none is wider)."""
    tables: dict[bytes, int] = {}
    fields = 0
    for item in program.layers:
        for value in item.call.params.values():
            if isinstance(value, np.ndarray):
                tables[str(value.dtype).encode() + value.tobytes()] = value.nbytes
            fields += len(value) if isinstance(value, tuple) else 1
    return sum(tables.values()) + 4 * fields


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


def explanation(summary: dict[str, Any], refusals: dict[str, list[Refusal]]) -> Table:
    """For each layer the kernel taken, and the words of those that were asked before it.

    That kernels are for another type of tensors goes without saying.
    """
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("Layer", ratio=2)
    table.add_column("Kernel", no_wrap=True)
    table.add_column("Refused by", ratio=3)
    for item in summary["layers"]:
        taken = "" if item["family"] == GENERATED else types(item["kernel"])
        asked = [r for name in item["outputs"] for r in refusals.get(name, [])]
        words = dict.fromkeys(str(r) for r in asked if not taken or types(r.symbol) in ("", taken))
        kernel = shown_kernel(item, summary["name"])
        table.add_row(OneLine(item["title"]), kernel, "\n".join(words))
    return table


def kernels_line(summary: dict[str, Any]) -> str:
    """Where kernels come from, in a line."""
    if not summary["cmsis_nn"]:
        return f"Portable kernels only. To use CMSIS-NN: {HINT}."
    share = summary["cmsis_nn_macs"] / max(summary["macs"], 1)
    return f"{summary['cmsis_nn']} computes {share:.1%} of all multiply-accumulates."


def plugin_lines(summary: dict[str, Any]) -> list[str]:
    """Which plug-ins were there, and the layers that their kernels compute."""
    lines = []
    for plugin in summary.get("plugins", []):
        theirs = plugin["adds"].get("kernels", [])
        count = sum(item["kernel"] in theirs for item in summary["layers"])
        name = " ".join(filter(None, (plugin["name"], plugin["version"])))
        lines.append(f"Plug-in {name}: its kernels compute {count} layer{'s' * (count != 1)}.")
    return lines


def memory_table(summary: dict[str, Any]) -> Table:
    ram, flash = summary["ram"], summary["flash"]
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for heading in ("Bytes", "Budget", "Used"):
        table.add_column(heading, justify="right")
    table.add_column("Of which")
    state = f"state {ram['state_bytes']:,}, " if ram["state_bytes"] else ""
    ram_detail = f"{state}scratch {ram['scratch_bytes']:,}; stack not included"
    flash_detail = f"constants {flash['constant_bytes']:,}, code about {flash['code_bytes']:,}"
    if saved := flash["packing_saves_bytes"]:
        flash_detail += f"; packed weights save {saved:,}"
    for name, memory, detail in (("RAM", ram, ram_detail), ("Flash", flash, flash_detail)):
        used, budget = memory["total_bytes"], memory["budget_bytes"]
        part = used / budget if budget else 0.0
        share = Text(f"{part:.1%}", "yellow" if part > NEARLY else "green") if budget else ""
        table.add_row(name, f"{used:,}", f"{budget:,}", share, detail)
    return table


def listing(program: Program, plan: MemoryPlan) -> str:
    """The program as text, for --dump-ir."""
    return "\n".join(_lines(program, plan)) + "\n"


def _lines(program: Program, plan: MemoryPlan) -> Iterator[str]:
    yield f"program {program.name}: arena {plan.arena_bytes}"
    for t in program.tensors.values():
        yield f"  tensor {t.name!r} {t.dtype} {t.shape} {t.quantization} at {plan.offsets[t.storage]}"
    for item in program.layers:
        inputs, outputs = (
            ", ".join(repr(t.name) for t in tensors) for tensors in (item.inputs, item.outputs)
        )
        yield f"  {item.name}({inputs}) -> {outputs}  # {item.source}"
        for key, value in item.call.params.items():
            shown = f"{value.dtype}{value.shape}" if isinstance(value, np.ndarray) else value
            yield f"    {key} = {shown}"
