"""Results as tables, as ratios to what others need, and as JSON to compare runs by."""

import json
import platform
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measure import Compilation, Result
from rich.table import Table

from tinycompile.version import __version__

BASELINES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "baselines.toml").read_text())
PEER = "bakenn"


def as_json(results: Sequence[Result], compilations: Sequence[Compilation]) -> str:
    """Everything measured, and by what."""
    tools = {"tinycompile": __version__, "python": platform.python_version()}
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm"):
        asked = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True)
        tools[tool] = asked.stdout.splitlines()[0]
    data = {
        "tools": tools,
        "results": [asdict(result) for result in results],
        "compilations": [asdict(compilation) for compilation in compilations],
    }
    return json.dumps(data, indent=2) + "\n"


def results_table(results: Sequence[Result]) -> Table:
    """A line a measurement. Ratios below 1 are in our favour."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for heading in ("Model", "Target", "Kernels"):
        table.add_column(heading, no_wrap=True)
    headings = ["Instr.", "Cycles", "With flash", "Arena", "Stack", "Code", "Constants"]
    headings += ["Instr./TFLM", "Arena/TFLM"]
    peers = {(r.model, r.target): r for r in results if r.kernels == PEER}
    headings += [f"Instr./{PEER}", f"Arena/{PEER}"] if peers else []
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        cells = [result.instructions, result.cycles_zero_wait, result.cycles_flash]
        cells += [result.arena_bytes, result.stack_bytes, result.code_bytes, result.constant_bytes]
        ratios = list(_to_tflite_micro(result))
        if peers:
            ratios += _to_peer(result, peers.get((result.model, result.target)))
        table.add_row(
            result.model,
            result.target,
            result.kernels,
            *("" if cell is None else f"{cell:,}" for cell in cells),
            *("" if ratio is None else f"{ratio:.2f}" for ratio in ratios),
        )
    return table


def compilations_table(compilations: Sequence[Compilation]) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for heading in ("Model", "Kernels"):
        table.add_column(heading)
    for heading in ("Compile s", "Peak MiB"):
        table.add_column(heading, justify="right")
    for item in compilations:
        table.add_row(item.model, item.kernels, f"{item.seconds:.1f}", f"{item.peak_mib:.0f}")
    return table


def _to_tflite_micro(result: Result) -> tuple[float | None, float | None]:
    """Instructions and arena as ratios; the arena's figure is the M4's."""
    theirs = BASELINES["tflite-micro"].get(result.model, {})
    instructions = theirs.get("instructions", {}).get(result.target)
    arena = theirs.get("arena_bytes") if result.target == "cortex-m4" else None
    return (
        instructions and result.instructions / instructions,
        arena and result.arena_bytes / arena,
    )


def _to_peer(result: Result, peer: Result | None) -> tuple[float | None, float | None]:
    if peer is None or peer is result:
        return None, None
    return result.instructions / peer.instructions, result.arena_bytes / peer.arena_bytes
