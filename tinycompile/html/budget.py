"""RAM and flash against what there is, as bars of parts."""

from typing import Any, NamedTuple


class Part(NamedTuple):
    name: str
    nbytes: int
    share: float  # of the budget


class Bar(NamedTuple):
    name: str
    used: int
    budget: int
    share: float
    parts: list[Part]


def bars(report: dict[str, Any]) -> list[Bar]:
    ram, flash = report["ram"], report["flash"]
    state = ram["state_bytes"]
    parts = {
        "ram": {"state": state, "tensors and scratch": ram["total_bytes"] - state},
        "flash": {
            "constants": flash["constant_bytes"],
            "kernels": sum(kernel["code_bytes"] for kernel in report["kernels"]),
            "functions they call": flash["library_bytes"],
            "calls of layers": flash["call_bytes"],
        },
    }
    return [
        bar(name, report[kind], parts[kind]) for name, kind in (("RAM", "ram"), ("Flash", "flash"))
    ]


def bar(name: str, memory: dict[str, Any], parts: dict[str, int]) -> Bar:
    used, budget = memory["total_bytes"], memory["budget_bytes"]
    shown = [Part(part, nbytes, nbytes / budget) for part, nbytes in parts.items() if nbytes]
    return Bar(name, used, budget, used / budget, shown)
