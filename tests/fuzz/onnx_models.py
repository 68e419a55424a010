"""Random ONNX models, float or quantised, and inputs for them."""

from collections.abc import Callable
from typing import Any

import onnx

from tests.fuzz import onnx_moves, onnx_products, onnx_values, onnx_windows
from tests.fuzz.choices import Choices, Rejected, attempts
from tests.fuzz.onnx_graph import Array, Graph, Growth, feeds, session
from tests.fuzz.onnx_qdq import quantised

FAMILIES = (onnx_windows, onnx_products, onnx_moves, onnx_values)
QUANTISED: dict[Callable[[Growth], Any], float] = {}
FLOAT: dict[Callable[[Growth], Any], float] = {}
for family in FAMILIES:
    QUANTISED |= family.QUANTISED
    FLOAT |= family.FLOAT


def onnx_float(
    seed: int, size: int | None = None
) -> tuple[onnx.ModelProto, list[dict[str, Array]]]:
    """A float model of at most `size` operators, and the inputs of a few runs."""
    return _generate([2, seed], FLOAT, size, lambda choices, graph: graph.model())


def onnx_qdq(seed: int, size: int | None = None) -> tuple[onnx.ModelProto, list[dict[str, Array]]]:
    """The same, quantised to int8 or uint8."""
    return _generate([1, seed], QUANTISED, size, quantised)


def _generate(
    seed: list[int],
    operators: dict[Callable[[Growth], Any], float],
    size: int | None,
    write: Callable[[Choices, Graph], onnx.ModelProto],
) -> tuple[onnx.ModelProto, list[dict[str, Array]]]:
    def make(attempt: int) -> tuple[onnx.ModelProto, list[dict[str, Array]]]:
        graph = Growth(*seed, attempt).grow(operators, size)
        choices = Choices(*seed, attempt, 1)
        model = write(choices, graph)
        try:
            session(model.SerializeToString())
        except Exception as error:  # ONNX Runtime has no common base of what it raises
            raise Rejected from error
        return model, feeds(choices, model, graph)

    return attempts(20, make)  # type: ignore[no-any-return]
