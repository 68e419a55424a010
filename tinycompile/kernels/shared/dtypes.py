"""Constraints on the types of tensors that many kernels state."""

from tinycompile.kernel import Constraint, Match


def input_is(dtype: str) -> Constraint:
    """A constraint of kernels for one type of input."""

    def check(match: Match) -> str | None:
        found = match.dtype("input")
        return None if found == dtype else f"it is {found}"

    check.__doc__ = f"The input is {dtype}."
    return check


def zero_point_is_0(part: str) -> Constraint:
    """A constraint of int16 kernels at the edge of a quantised network: that of `part` is 0."""

    def check(match: Match) -> str | None:
        """The zero point is 0."""
        zero_point = match.quantization(part).zero_point
        return f"it is {zero_point}" if zero_point else None

    return check
