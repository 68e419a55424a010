"""What quantisation gained and lost, in words: for people who do not think in decibels."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from tinycompile.quantize.compression import clustering, pruning
from tinycompile.quantize.model.measures import percent

NAMED = 3  # tensors or layers that a line names
MUCH = 0.1  # of what is lost: worth naming


def headline(report: dict[str, Any]) -> str:
    """One line, of all that NAME.json has."""
    found = report["quantization"]
    layers = report["layers"]
    before, after = found["float_constant_bytes"], report["flash"]["constant_bytes"]
    parts = [gained_or_lost(found), f"constants {kib(before)} -> {kib(after)} KiB"]
    if floats := sum(item["in_float"] for item in layers):
        parts.append(f"{floats} of {len(layers)} layers stayed float")
    if wide := sum(row["dtype"] == "int16" for row in found["tensors"]):
        parts.append(f"{wide} of {len(found['tensors'])} tensors are int16")
    return f"int8: {', '.join(parts)}."


def gained_or_lost(found: dict[str, Any]) -> str:
    """The accuracy, of the compiled C where that was run."""
    if found["noise"]:
        return "accuracy unknown (the samples were noise)"
    if "top1" in found:
        top = found["top1"]
        return (
            f"top-1 {top['float']:.1f} -> {top.get('compiled_c', top['int8']):.1f} % "
            f"of {found['samples']} samples"
        )
    if "same_class" in found:
        same = found["same_class"]
        return (
            f"the class of float for {same.get('compiled_c', same['int8'])} "
            f"of {found['samples']} samples"
        )
    return f"outputs {off(found)} of {found['samples']} samples"


def off(found: dict[str, Any]) -> str:
    """How far from float, of the output that is worst."""
    outputs = found.get("compiled_c", found)["outputs"]
    return f"{percent(min(outputs.values())):.2g} % off (root mean square)"


def lines(found: dict[str, Any]) -> list[str]:
    """What follows the headline: where the loss comes from, what was made more precise, or smaller."""
    said = [f"Outputs are {off(found)}.{most_of(found['tensors'])}"]
    for kind, words in (("wide", "int16"), ("floats", "float")):
        names = [choice["source"] for choice in found["more_precise"] if choice["kind"] == kind]
        if names:
            said.append(f"To keep --max-drop, {words}: {listed(names)}.")
    if "pruning" in found:
        said += pruning.lines(found["pruning"])
    if "clustering" in found:
        said += clustering.lines(found["clustering"])
    return said


def most_of(tensors: list[dict[str, Any]]) -> str:
    """The tensors that lose most, each alone in int8; shares are estimates, as if errors added up."""
    noise = {row["source"]: 10 ** (-row["sensitivity_db"] / 10) for row in tensors}
    total = sum(noise.values())
    worst = sorted(noise, key=lambda name: -noise[name])[:NAMED]
    named = [f"{name} ({noise[name] / total:.0%})" for name in worst if noise[name] > MUCH * total]
    return f" Most of that comes from {', '.join(named)}." if named else ""


def listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


def kib(nbytes: int) -> str:
    return f"{nbytes / 1024:,.0f}" if nbytes >= 10240 else f"{nbytes / 1024:.1f}"


def told(report: dict[str, Any], *, verbose: bool) -> RenderableType:
    """The headline and its lines; if `verbose` the figures behind them, in dB."""
    found = report["quantization"]
    said = [headline(report), *(f"  {line}" for line in lines(found))]
    return Group(*said, *(figures(found) if verbose else []))


def figures(found: dict[str, Any]) -> list[RenderableType]:
    """The steps, and a table of tensors."""
    table = Table(header_style="bold", box=None)
    table.add_column("Quantised tensor of", overflow="fold")
    for heading in ("SNR dB", "Alone dB", "Range", "Saturated"):
        table.add_column(heading, justify="right")
    table.add_column("By")
    table.add_column("As")
    for row in found["tensors"]:
        table.add_row(
            row["source"],
            f"{row['snr_db']:.1f}",
            f"{row['sensitivity_db']:.1f}",
            f"{row['low']:.3g} .. {row['high']:.3g}",
            f"{row['saturated']:.2%}" if row["saturated"] else "",
            row["range"],
            row["dtype"],
        )
    steps = [f"  {step}" for step in found["steps"]]
    places = {"int8": found, "the compiled C": found.get("compiled_c", {"outputs": {}})}
    outputs = [
        f"Output {name!r}: {value:.1f} dB signal-to-noise in {where}."
        for where, measured in places.items()
        for name, value in measured["outputs"].items()
    ]
    return ["How int8 came about:", *steps, table, *outputs]
