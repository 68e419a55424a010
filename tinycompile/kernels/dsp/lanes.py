"""Kernels that take four neighbouring channels at a time, a word; the last four may overlap others."""

from typing import Any

from tinycompile.kernel import Match, Overlaps

LANES = 4


def there_are_four_channels(match: Match) -> str | None:
    """There are 4 channels or more."""
    channels = match.shape("input")[-1]
    return None if channels >= LANES else f"there are {channels}"


def one_word_later(distances: Overlaps) -> Overlaps:
    """Of a kernel that may read its last four channels once more: later than of one that goes one by one."""

    def found(p: dict[str, Any]) -> tuple[int | None, ...]:
        return tuple(None if d is None else d + LANES - 1 for d in distances(p))

    return found
