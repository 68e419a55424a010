"""The lowered program: tensors and kernel calls, in order. Nothing after it looks at the graph again."""

import re
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from tinycompile.call import Call, Instance
from tinycompile.quantization import QParams

if TYPE_CHECKING:  # it brings in TVM, which takes seconds
    from tinycompile.kernel import Kernel


def brief(name: str) -> str:
    """What tells most of a name: the last two scopes of the first node.

    Converters join the names of fused nodes by ";" and nest scopes by "/".
    """
    first = name.split(";")[0].strip("/")
    return "/".join(first.split("/")[-2:])


@dataclass(frozen=True)
class Tensor:
    """A value in the arena. Tensors of one `storage` share their bytes (reshapes cost nothing)."""

    name: str  # as in the source model where it has one
    shape: tuple[int, ...]
    dtype: str
    storage: str
    quantization: QParams | None = None
    real: str = ""  # the float tensor of the source model that these integers stand for

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class State:
    """A tensor that keeps its value from one run to the next; `initial` is of its shape and type."""

    tensor: Tensor
    initial: np.ndarray

    @property
    def fill(self) -> int | None:
        """The byte that all of `initial` is made of; None if there are several."""
        values = set(self.initial.tobytes())
        return values.pop() if len(values) == 1 else None


@dataclass(frozen=True)
class Layer:
    """A kernel call over named tensors."""

    name: str  # unique, a C identifier
    source: str  # operator and node of the source model, for people
    kernel: "Kernel"
    call: Call
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def output(self) -> Tensor:
        """The output, of kernels that have only one."""
        (output,) = self.outputs
        return output

    @property
    def images(self) -> int:
        """How often the kernel is called, with one image of the batch each time."""
        return self.outputs[0].shape[0] if self.kernel.per_image else 1

    @property
    def title(self) -> str:
        """`source` with the name in it made brief."""
        return re.sub(r'"(.*)"', lambda name: f'"{brief(name[1])}"', self.source)

    @property
    def constant_bytes(self) -> int:
        tables = (p for p in self.call.params.values() if isinstance(p, np.ndarray))
        return sum(table.nbytes for table in tables)


@dataclass
class Program:
    """What is compiled: inputs are written by the caller, then the layers run in order."""

    name: str
    tensors: dict[str, Tensor] = field(default_factory=dict)
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    layouts: dict[str, str] = field(default_factory=dict)  # tensors laid out unlike the source's
    limits: dict[str, int] = field(default_factory=dict)  # of inputs that are indices, from 0 on
    labels: tuple[str, ...] = ()  # of the classes, by their places in an output
    digest: str = "0" * 64  # SHA-256 of the model's file
    stack_bytes: int | None = None  # of a run; None where it was not measured

    @property
    def macs(self) -> int:
        return sum(layer.call.macs for layer in self.layers)

    @property
    def constant_bytes(self) -> int:
        return sum(layer.constant_bytes for layer in self.layers)

    @property
    def instances(self) -> list[Instance]:
        """The functions that parameters point to, each once, in order."""
        params = (value for layer in self.layers for value in layer.call.params.values())
        return list(dict.fromkeys(value for value in params if isinstance(value, Instance)))

    @property
    def saved_bytes(self) -> int:
        return sum(layer.call.saved for layer in self.layers)

    @property
    def functions(self) -> list[str]:
        """What the kernels call that is not part of TinyCompile."""
        return sorted({name for layer in self.layers for name in layer.kernel.functions})
