"""Our converters of ONNX operators, from the files of their families. What is not here is TVM's.

Ours are those that TVM imports as call_tir, in pieces, or wrongly. Each takes an `Operation` (opset 13 or
later, static shapes) and returns a Relax expression of plain operators: what the passes match on.
"""

from tinycompile.frontend.onnx import (
    arithmetic,
    elementwise,
    indexing,
    moves,
    products,
    recurrent,
    reductions,
    resize,
)
from tinycompile.frontend.onnx.operation import Converter

OURS: dict[str, Converter] = (
    arithmetic.CONVERTERS
    | elementwise.CONVERTERS
    | indexing.CONVERTERS
    | moves.CONVERTERS
    | products.CONVERTERS
    | recurrent.CONVERTERS
    | reductions.CONVERTERS
    | resize.CONVERTERS
)
