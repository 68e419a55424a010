"""What --quantize found of each tensor, and its range as a picture."""

from dataclasses import dataclass
from typing import Any

WIDTH = 120  # of the picture


@dataclass(frozen=True)
class Row:
    """A tensor: what of its values integers reach (`held`), and what there were (`seen`), in pixels."""

    source: str
    dtype: str
    snr: float
    alone: float
    low: float
    high: float
    float_low: float
    float_high: float
    saturated: float
    method: str
    held: tuple[float, float]  # left, width
    seen: tuple[float, float]
    zero: float | None  # where 0 is, if it is in the picture


def rows(report: dict[str, Any]) -> list[Row]:
    return [row(tensor) for tensor in report.get("quantization", {}).get("tensors", [])]


def row(tensor: dict[str, Any]) -> Row:
    low, high = tensor["low"], tensor["high"]
    seen_low, seen_high = tensor["float_low"], tensor["float_high"]
    left, right = min(low, seen_low), max(high, seen_high)
    scale = WIDTH / (right - left) if right > left else 0.0

    def place(start: float, end: float) -> tuple[float, float]:
        return round((start - left) * scale, 1), round(max((end - start) * scale, 1), 1)

    return Row(
        source=tensor["source"],
        dtype=tensor["dtype"],
        snr=tensor["snr_db"],
        alone=tensor["sensitivity_db"],
        low=low,
        high=high,
        float_low=seen_low,
        float_high=seen_high,
        saturated=tensor["saturated"],
        method=tensor["range"],
        held=place(low, high),
        seen=place(seen_low, seen_high),
        zero=round(-left * scale, 1) if left <= 0 <= right else None,
    )
