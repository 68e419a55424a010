"""Kernels that take neighbouring channels a word at a time; the last word may overlap the one before."""

from typing import Any

from tinycompile.kernel import Constraint, Match, Overlaps

LANES = 4  # of int8


def there_are_channels(count: int) -> Constraint:
    """A constraint of kernels whose words have so many."""

    def check(match: Match) -> str | None:
        channels = match.shape("input")[-1]
        return None if channels >= count else f"there are {channels}"

    check.__doc__ = f"There are {count} channels or more."
    return check


there_are_four_channels = there_are_channels(LANES)
there_are_two_channels = there_are_channels(2)


def one_word_later(distances: Overlaps, size: int = 1) -> Overlaps:
    """Of a kernel that may read its last channels once more: later than of one that goes one by one."""

    def found(p: dict[str, Any]) -> tuple[int | None, ...]:
        return tuple(None if d is None else d + LANES - size for d in distances(p))

    return found
