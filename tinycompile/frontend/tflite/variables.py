"""A TFLite model's variables that have names: what VAR_HANDLE, CALL_ONCE and ASSIGN_VARIABLE say of them."""

from math import prod
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray
from tvm import relax

from tinycompile.errors import InvalidModel
from tinycompile.frontend.tflite.structure import builtin_code, shape_of

DTYPES = {
    tflite.TensorType.INT8: "int8",
    tflite.TensorType.INT16: "int16",
    tflite.TensorType.INT32: "int32",
    tflite.TensorType.FLOAT32: "float32",
}


class Variables:
    """The variables of a model by name: what they hold at first, and so far in the conversion.

    Names are those of the tensors that hold handles, of the main subgraph and of the one that
    CALL_ONCE runs before the first inference.
    """

    def __init__(self, model: Any, subgraph: Any) -> None:
        self.model = model
        self.names = self._handles(subgraph)
        self.initial: dict[str, NDArray[Any]] = {}
        for op in self._operators(subgraph, "CALL_ONCE"):
            options = tflite.CallOnceOptions()
            options.Init(op.BuiltinOptions().Bytes, op.BuiltinOptions().Pos)
            self._initialise(model.Subgraphs(options.InitSubgraphIndex()))
        self.states: dict[str, relax.Expr] = {}  # as they are when a run begins
        self.current: dict[str, relax.Expr] = {}

    def _operators(self, subgraph: Any, code: str) -> list[Any]:
        wanted = getattr(tflite.BuiltinOperator, code)
        every = [subgraph.Operators(i) for i in range(subgraph.OperatorsLength())]
        codes = [self.model.OperatorCodes(op.OpcodeIndex()) for op in every]
        return [op for op, c in zip(every, codes, strict=True) if builtin_code(c) == wanted]

    def _handles(self, subgraph: Any) -> dict[int, str]:
        found = {}
        for op in self._operators(subgraph, "VAR_HANDLE"):
            options = tflite.VarHandleOptions()
            options.Init(op.BuiltinOptions().Bytes, op.BuiltinOptions().Pos)
            container = (options.Container() or b"").decode()
            found[op.Outputs(0)] = f"{container}/{(options.SharedName() or b'').decode()}"
        return found

    def _initialise(self, subgraph: Any) -> None:
        """The constants that `subgraph` assigns; what it computes is left out."""
        names = self._handles(subgraph)
        for op in self._operators(subgraph, "ASSIGN_VARIABLE"):
            tensor = subgraph.Tensors(op.Inputs(1))
            buffer = self.model.Buffers(tensor.Buffer())
            dtype = DTYPES.get(tensor.Type())
            if buffer.DataLength() and dtype:
                data = np.frombuffer(buffer.DataAsNumpy().tobytes(), dtype)
                if data.size != prod(shape := shape_of(tensor)):
                    raise InvalidModel(f"damaged file: {data.size} initial values for {shape}")
                self.initial[names[op.Inputs(0)]] = data.reshape(shape)
