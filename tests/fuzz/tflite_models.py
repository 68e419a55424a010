"""Random TFLite models of int8 or int16 activations, and inputs for them."""

from collections.abc import Callable
from typing import Any

from tests.fuzz import tflite_moves, tflite_values, tflite_windows
from tests.fuzz.choices import attempts
from tests.fuzz.tflite_graph import Array, Growth

OPERATORS: dict[Callable[[Growth], Any], float] = {
    **tflite_windows.OPERATORS,
    **tflite_values.OPERATORS,
    **tflite_moves.OPERATORS,
}


def tflite_growth(seed: int, size: int | None = None) -> tuple[Growth, bytes]:
    """A graph of at most `size` operators, and its file."""

    def make(attempt: int) -> tuple[Growth, bytes]:
        growth = Growth(3, seed, attempt)
        return growth, growth.grow(OPERATORS, size)

    return attempts(20, make)  # type: ignore[no-any-return]


def tflite_int8(seed: int, size: int | None = None) -> tuple[bytes, list[dict[str, Array]]]:
    """A model of at most `size` operators, and the inputs of a few runs."""
    growth, data = tflite_growth(seed, size)
    return data, growth.feeds()
