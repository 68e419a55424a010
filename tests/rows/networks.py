"""Random TFLite networks of layers that can run row by row, for the most part."""

from tests.fuzz import tflite_moves, tflite_values, tflite_windows
from tests.fuzz.choices import attempts
from tests.fuzz.tflite_graph import Array, Growth

OPERATORS = {
    tflite_windows.conv: 10,
    tflite_windows.pool: 3,
    tflite_windows.resize: 2,
    tflite_values.binary: 5,
    tflite_values.unary: 1,
    tflite_values.requantise: 1,
    tflite_values.reduce: 1,
    tflite_moves.concat: 3,
}


class Image(Growth):
    """A graph on one image of int8, or two."""

    def add_inputs(self) -> None:
        self.dtype = "int8"
        super().add_inputs()

    def input_shape(self, form: str) -> tuple[int, ...]:
        return (1, self.between(6, 24), self.between(3, 10), self.one_of([1, 3, 4, 8]))


def network(seed: int, size: int = 12) -> tuple[bytes, list[dict[str, Array]]]:
    def make(attempt: int) -> tuple[bytes, list[dict[str, Array]]]:
        growth = Image(15, seed, attempt)
        data = growth.grow(OPERATORS, size)
        return data, growth.feeds()

    return attempts(20, make)  # type: ignore[no-any-return]
