"""An imported model: the Relax module, and what the file says that Relax has no place for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tinycompile.program import brief
from tinycompile.quantization import QParams


@dataclass
class Source:
    """`module` has one function `main`; its variables carry the names of the file's tensors."""

    path: Path
    format: str  # "onnx" or "tflite"
    module: Any  # tvm.IRModule
    inputs: list[str]
    outputs: list[str]
    shapes: dict[str, tuple[int, ...]]  # of every tensor, as the file has them
    quantization: dict[str, QParams]  # of the quantised ones
    nodes: dict[str, str]  # tensor -> 'Conv "conv1"', the operator and node that makes it
    notes: list[str] = field(default_factory=list)  # what the user should be told
    states: list[str] = field(
        default_factory=list
    )  # inputs of the file that the library keeps itself
    cut: Sequence[str] = ()  # what the user took for the outputs
    streamed: bool = False  # of the sequences of the file, the library takes a frame a run
    packs: bool = False  # the file has weights of fewer than 8 bits, and they shall stay small

    def origin(self, tensor: str) -> str:
        """What makes `tensor`, for people."""
        kind = "input" if tensor in self.inputs else "tensor"
        return self.nodes.get(tensor, f'{kind} "{tensor}"')

    def layer_names(self, tensor: str) -> list[str]:
        """What a user may call the layer that makes `tensor`: as the tensor, its node, or as reports do."""
        node = self.nodes.get(tensor, "").partition('"')[2].removesuffix('"') or tensor
        return list(dict.fromkeys((tensor, node, brief(node))))
