"""What quantisation needs to know of a float graph; `graph.read` finds it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray
from tvm import relax

from tinycompile.quantization import QParams
from tinycompile.rewriting.expressions import is_call, shape_of

Array = NDArray[Any]


@dataclass
class Weighted:
    """A layer with constant weights, its bias if that is apart, and the tensor it makes."""

    name: str  # of the operator's own result
    call: relax.Call
    input: str
    output: str  # the tensor in memory: after bias and activation
    weights: Array  # output channels first: OHWI, or (N, K) of a matmul
    bias: Array | None  # one per output channel
    biased: str | None  # the name of the sum with the bias

    @property
    def is_matmul(self) -> bool:
        return bool(is_call(self.call, "matmul"))

    @property
    def is_depthwise(self) -> bool:
        return not self.is_matmul and int(self.call.attrs.groups) == shape_of(self.call.args[0])[3]


@dataclass
class FloatGraph:
    """Tensors by name. `group[t]` is the tensor whose quantisation t shares."""

    steps: list[tuple[str, Any]]
    params: list[str]
    outputs: list[str]
    shapes: dict[str, tuple[int, ...]]
    readers: dict[str, list[str]]  # the tensors computed from it, once for every operand
    calls: dict[str, relax.Call]
    inner: set[str] = field(default_factory=set)
    real: set[str] = field(default_factory=set)  # tensors in memory that stay float
    group: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, QParams] = field(default_factory=dict)  # by group
    weighted: dict[str, Weighted] = field(
        default_factory=dict
    )  # by the operator's result, in order
    recurrent: dict[str, Weighted] = field(default_factory=dict)  # those that integers compute

    @property
    def layers(self) -> dict[str, Weighted]:
        """All that have weights, and may compute in integers or in float."""
        return self.weighted | self.recurrent

    def operands(self, name: str) -> list[str]:
        """The tensors that operator `name` reads, as often as it does."""
        return operands_of(self.calls[name])

    def softmax_axis(self, name: str) -> int | None:
        """The dimension along which softmaxes, and nothing else, read tensor `name`."""
        readers = [self.calls.get(reader) for reader in self.readers[name]]
        axes = {
            int(call.attrs.axis) % len(self.shapes[name])
            if call is not None and is_call(call, "nn.softmax")
            else None
            for call in readers
        }
        return axes.pop() if len(axes) == 1 else None

    @property
    def quantized(self) -> list[str]:
        """The tensors that get scales, in order."""
        return list(self.group)

    @property
    def in_memory(self) -> list[str]:
        """All tensors but the inner ones."""
        return [name for name in self.shapes if name not in self.inner]

    def members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, root in self.group.items():
            found[root].append(name)
        return dict(found)


def operands_of(value: Any) -> list[str]:
    """The variables a binding reads, as often as it does."""
    if isinstance(value, relax.Var):
        return [value.name]
    if isinstance(value, relax.TupleGetItem):
        return [value.tuple_value.name]
    fields = [
        f
        for a in getattr(value, "args", [])
        for f in (a.fields if isinstance(a, relax.Tuple) else [a])
    ]
    return [field.name for field in fields if isinstance(field, relax.Var)]
