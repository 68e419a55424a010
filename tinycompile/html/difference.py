"""What changed since another compilation."""

from dataclasses import dataclass
from typing import Any

from tinycompile.html import layers
from tinycompile.quantize import words


@dataclass(frozen=True)
class Change:
    name: str
    before: int | None
    after: int | None

    @property
    def by(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def relative(self) -> float | None:
        return self.by / self.before if self.by is not None and self.before else None

    @property
    def kind(self) -> str:
        """Less is better in all that is compared."""
        return "" if not self.by else "good" if self.by < 0 else "bad"


@dataclass(frozen=True)
class LayerChange:
    """A layer that only one has, or that has other figures."""

    title: str
    kernel: tuple[str, str]  # before, after; "" where there is no such layer
    figures: list[Change]


@dataclass(frozen=True)
class Difference:
    accuracy: list[str]  # of those of both that --quantize made, in words
    cycles: str  # how they are known in both
    totals: list[Change]
    layers: list[LayerChange]
    same: int  # layers that are as they were


def of(report: dict[str, Any], old: dict[str, Any]) -> Difference:
    """Cycles are only compared with cycles of their kind."""
    kinds = [layers.kind_of_cycles(one) for one in (old, report)]
    measured = kinds[0] == kinds[1]
    before, after = (by_output(one, measured) for one in (old, report))
    names = [*after, *(name for name in before if name not in after)]
    changed = [
        change
        for name in names
        if (change := of_layer(before.get(name), after.get(name))) is not None
    ]
    pairs = zip(totals(old, measured).items(), totals(report, measured).values(), strict=True)
    quantized = [one for one in (old, report) if "quantization" in one]
    return Difference(
        [words.headline(one) for one in quantized] if len(quantized) > 1 else [],
        kinds[1] if measured else layers.ESTIMATED,
        [Change(name, one, other) for (name, one), other in pairs],
        changed,
        len(names) - len(changed),
    )


def totals(report: dict[str, Any], measured: bool) -> dict[str, int | None]:
    return {
        "RAM, bytes": report["ram"]["total_bytes"],
        "Flash, bytes": report["flash"]["total_bytes"],
        "of it constants": report["flash"]["constant_bytes"],
        "of it code": report["flash"]["code_bytes"],
        "Multiply-accumulates": report["macs"],
        "Cycles": layers.total_cycles(report) if measured else layers.total_estimate(report),
        "Layers": len(report["layers"]),
    }


def by_output(report: dict[str, Any], measured: bool) -> dict[str, dict[str, Any]]:
    """The figures of layers by what they compute, which has the same name in both."""
    known = layers.measured_cycles(report) if measured else {}
    return {
        item["outputs"][0]: item | {"cycles": known.get(item["name"], item.get("estimated_cycles"))}
        for item in report["layers"]
    }


def of_layer(before: dict[str, Any] | None, after: dict[str, Any] | None) -> LayerChange | None:
    """None if nothing changed."""
    one, other = before or {}, after or {}
    figures = [
        Change(what, one.get(key), other.get(key))
        for what, key in (
            ("cycles", "cycles"),
            ("flash", "flash_bytes"),
            ("scratch", "scratch_bytes"),
        )
    ]
    kernels = one.get("kernel", ""), other.get("kernel", "")
    if kernels[0] == kernels[1] and not any(change.by for change in figures):
        return None
    return LayerChange((after or one)["title"], kernels, figures)
