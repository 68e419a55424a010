"""Our converters of TFLite operators, from the files of their families. What is not here is TVM's."""

from tinycompile.frontend.tflite import (
    batches,
    elementwise,
    loops,
    moves,
    products,
    recurrent,
    states,
    windows,
)
from tinycompile.frontend.tflite.converter import Conversion, Conversions

OF_ANY_TYPE: dict[str, Conversion] = (
    batches.CONVERTERS
    | loops.CONVERTERS
    | moves.CONVERTERS
    | recurrent.CONVERTERS
    | states.CONVERTERS
)
OURS = Conversions(
    quantized=OF_ANY_TYPE | elementwise.CONVERTERS | products.CONVERTERS | windows.CONVERTERS,
    plain=OF_ANY_TYPE | products.IN_FLOAT,
)
