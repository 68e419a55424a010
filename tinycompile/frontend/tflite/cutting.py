"""A TFLite model with other outputs, and only the operators that these need."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from tinycompile.frontend import cutting
from tinycompile.frontend.importing import damaged
from tinycompile.frontend.tflite.structure import as_tuple
from tinycompile.frontend.tflite.tensors import tensor_names


class CutSubGraph(tflite.SubGraph):  # type: ignore[misc]
    """The main subgraph, as far as it is `kept`."""

    inputs: NDArray[np.int32]
    outputs: NDArray[np.int32]
    kept: list[int]

    def Operators(self, j: int) -> Any:
        return super().Operators(self.kept[j])

    def OperatorsLength(self) -> int:
        return len(self.kept)

    def Inputs(self, j: int) -> int:
        return int(self.inputs[j])

    def InputsAsNumpy(self) -> NDArray[np.int32]:
        return self.inputs

    def InputsLength(self) -> int:
        return len(self.inputs)

    def Outputs(self, j: int) -> int:
        return int(self.outputs[j])

    def OutputsAsNumpy(self) -> NDArray[np.int32]:
        return self.outputs

    def OutputsLength(self) -> int:
        return len(self.outputs)


class CutModel(tflite.Model):  # type: ignore[misc]
    main: CutSubGraph

    def Subgraphs(self, j: int) -> Any:
        return self.main if j == 0 else super().Subgraphs(j)


def cut(model: Any, outputs: Sequence[str]) -> Any:
    """`model`, which ends at the tensors called `outputs`."""
    with damaged("its tables"):
        whole = model.Subgraphs(0)
        names = tensor_names(whole)
        inputs = as_tuple(whole.InputsAsNumpy())
        operators = [whole.Operators(k) for k in range(whole.OperatorsLength())]
        nodes = [(as_tuple(op.InputsAsNumpy()), as_tuple(op.OutputsAsNumpy())) for op in operators]
        made = {names[i]: i for _, makes in nodes for i in makes}
    found = cutting.ends(outputs, made, {names[i] for i in inputs}, {})
    wanted = [made[name] for name in found]
    kept = cutting.needed(nodes, wanted)
    read = {i for k in kept for i in nodes[k][0]}
    main = CutSubGraph()
    main._tab = whole._tab
    main.kept, main.outputs = kept, np.array(wanted, np.int32)
    main.inputs = np.array([i for i in inputs if i in read], np.int32)
    result = CutModel()
    result._tab, result.main = model._tab, main
    return result
