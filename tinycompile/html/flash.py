"""What flash is made of: constants by layer, code by kernel."""

from typing import Any, NamedTuple


class Part(NamedTuple):
    name: str
    kind: str  # "constants" or "code"
    nbytes: int
    share: float  # of all flash
    of_largest: float


def parts(report: dict[str, Any]) -> list[Part]:
    """The largest first; they add up to the total."""
    flash = report["flash"]
    found = [(item["title"], "constants", item["flash_bytes"]) for item in report["layers"]]
    found += [(kernel["symbol"], "code", kernel["code_bytes"]) for kernel in report["kernels"]]
    found.append(("functions that kernels call", "code", flash["library_bytes"]))
    found.append(("calls of layers", "code", flash["call_bytes"]))
    found = sorted((part for part in found if part[2]), key=lambda part: -part[2])
    total, largest = flash["total_bytes"] or 1, found[0][2] if found else 1
    return [
        Part(name, kind, nbytes, nbytes / total, nbytes / largest) for name, kind, nbytes in found
    ]
