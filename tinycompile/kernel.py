"""What a kernel is to the compiler: a C function, the operators it covers, its limits, its lowering.

A kernel's pattern is written with `Pattern`, which names its parts; constraints and lowering see the
matched operators by those names through `Match`, never by position.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tvm_ffi
from numpy.typing import NDArray
from tvm import relax
from tvm.relax.dpl import DFPattern, ExternFuncPattern, is_const, is_op, wildcard

from tinycompile import runtime_c
from tinycompile.call import Call
from tinycompile.external import PACKED
from tinycompile.families import PORTABLE
from tinycompile.quantization import QParams, integer_limits
from tinycompile.row_form import Rows
from tinycompile.target import Isa


class Pattern:
    """A pattern over Relax operators whose parts have names; `root` is the outermost."""

    def __init__(self) -> None:
        self.parts: dict[str, DFPattern] = {}
        self.tensors: set[str] = set()  # the parts that are inputs
        self.sequences: set[str] = set()  # the parts that are tuples of inputs
        self.operators: set[str] = set()  # of Relax, that it may find
        self.root: DFPattern | None = None

    def tensor(self, name: str) -> DFPattern:
        """Any value: an input of the kernel."""
        self.tensors.add(name)
        return self._named(name, wildcard())

    def sequence(self, name: str) -> DFPattern:
        """A tuple of any number of values; the parts are called `name.0`, `name.1`..."""
        self.sequences.add(name)
        return self._named(name, wildcard())

    def constant(self, name: str) -> DFPattern:
        return self._named(name, is_const())

    def op(self, name: str, op: str, *args: DFPattern, or_more: bool = False) -> DFPattern:
        """A call of the Relax operator `op`, e.g. "relax.nn.conv2d", on `args` (or more)."""
        self.operators.add(op)
        return self._named(name, is_op(op)(*args, varg_default_wildcard=or_more))

    def external(self, name: str, function: str, *args: DFPattern) -> DFPattern:
        """A call of the external `function`, one of `tinycompile.external`, on `args`."""
        return self.op(name, PACKED, ExternFuncPattern(function), *args)

    def dequantize(self, name: str, *, constant: bool = False) -> DFPattern:
        """The real value of the quantised tensor or constant `name`."""
        data = self.constant(name) if constant else self.tensor(name)
        return self.dequantized(name, data)

    def dequantized(self, name: str, data: DFPattern) -> DFPattern:
        """The real value of `data`, whose scale and zero point are those of the part `name`."""
        return self._qdq("relax.dequantize", name, data)

    def quantize(self, real: DFPattern, *, clamped: bool = True) -> "Pattern":
        """Make `real`, quantised and then clamped if the graph does so, the root: the part "output".

        A kernel that cannot clamp says so: the clip stays an operator of its own.
        """
        quantized = self._qdq("relax.quantize", "output", real)
        return self.at(self.clamped(quantized) if clamped else quantized)

    def clamped(self, data: DFPattern) -> DFPattern:
        """`data`, through a clip if there is one; read its bounds with `Match.clamp`."""
        clip = self.op("output.clip", "relax.clip", data, wildcard(), wildcard())
        return clip | data

    def at(self, root: DFPattern) -> "Pattern":
        self.root = root
        return self

    def extract(self, root: relax.Var, bindings: "Bindings") -> "Match | None":
        """Match what `root` is bound to."""
        assert self.root is not None
        found = self.root.extract_matched_expr(bindings.values[root], bindings.map)
        if found is None:
            return None
        parts = {name: found[part] for name, part in self.parts.items() if part in found}
        for name in self.tensors & parts.keys():  # matching looks through variables
            parts[name] = bindings.owners.get(parts[name], parts[name])
        for name in self.sequences & parts.keys():
            fields = getattr(parts[name], "fields", ())
            parts |= {f"{name}.{i}": field for i, field in enumerate(fields)}
        return Match(parts | {"root": root})

    def _qdq(self, op: str, name: str, data: DFPattern) -> DFPattern:
        scale, zero_point = self.constant(f"{name}.scale"), self.constant(f"{name}.zero_point")
        return self.op(f"{name}.{op.removeprefix('relax.')}", op, data, scale, zero_point)

    def _named(self, name: str, part: DFPattern) -> DFPattern:
        assert name not in self.parts and name != "root", name
        self.parts[name] = part
        return part


class Bindings:
    """The variables of a function of one block: what they are bound to, and the way back."""

    def __init__(self, function: relax.Function) -> None:
        (block,) = function.body.blocks
        self.values = {b.var: b.value for b in block.bindings}
        self.map = tvm_ffi.Map(self.values)  # for TVM, which else made one for every match
        self.owners = {value: var for var, value in self.values.items()}
        self.uses = count_uses([*self.values.values(), function.body.body])

    def value(self, expr: relax.Expr) -> relax.Expr:
        """What `expr` is bound to, through any number of variables; itself if it is no bound variable."""
        while isinstance(expr, relax.Var) and expr in self.values:
            expr = self.values[expr]
        return expr


def count_uses(expressions: Iterable[relax.Expr]) -> Counter[relax.Var]:
    """How often each variable is read in `expressions`."""
    uses: Counter[relax.Var] = Counter()

    def count(expr: relax.Expr) -> None:
        if isinstance(expr, relax.Var):
            uses[expr] += 1

    for expression in expressions:
        relax.analysis.post_order_visit(expression, count)
    return uses


@dataclass(frozen=True)
class Match:
    """The operators and tensors that a pattern found, by the names of its parts; "root" is the output."""

    parts: dict[str, relax.Expr]

    def __contains__(self, name: str) -> bool:
        return name in self.parts

    def __getitem__(self, name: str) -> relax.Expr:
        return self.parts[name]

    def names(self, name: str) -> tuple[str, ...]:
        """The parts of the tuple `name`, in order."""
        return tuple(f"{name}.{i}" for i in range(len(self.parts[name].fields)))

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(int(d) for d in self.parts[name].ty.shape)

    def dtype(self, name: str) -> str:
        return str(self.parts[name].ty.dtype)

    def attrs(self, name: str) -> Any:
        """The attributes of the operator `name`."""
        return self.parts[name].attrs

    def array(self, name: str) -> NDArray[Any]:
        """The value of the constant `name`."""
        return np.asarray(self.parts[name].value.numpy())

    def scales(self, name: str) -> NDArray[np.float32]:
        """Scales of a constant: one, or one per channel."""
        return self.array(f"{name}.scale")

    def quantization(self, name: str) -> QParams:
        """Scale and zero point of an activation."""
        scale, zero_point = self.array(f"{name}.scale"), self.array(f"{name}.zero_point")
        return QParams(float(scale.reshape(())), int(zero_point.reshape(())))

    def clamp(self) -> tuple[int, int]:
        """Lowest and highest value of the integer output."""
        lowest, highest = integer_limits(self.dtype("root"))
        if "output.clip" not in self:
            return lowest, highest
        low, high = (int(bound.value) for bound in self["output.clip"].args[1:])
        return max(low, lowest), min(high, highest)


TYPES = ("s8", "s16", "f32")  # as names of kernels end


def types(symbol: str) -> str:
    """What the name of a kernel says of the types of activations it takes and makes; "" if any will do."""
    parts = ["s8" if part == "s4" else part for part in symbol.split("_")]
    return "_".join(part for part in parts if part in TYPES)


# The docstring states the rule for users; the result says what breaks it, or None.
Constraint = Callable[[Match], str | None]

# For each input how many bytes before it the output must begin, at least, to lie over it while it is read for
# the last time; None if nowhere, `IN_PLACE` if only where the input begins: see `kernels.shared.overlap`.
Overlaps = Callable[[dict[str, Any]], tuple[int | None, ...]]


def apart(p: dict[str, Any]) -> tuple[int | None, ...]:
    """The output lies over no input."""
    return ()


GENERATED_C = (
    "generated C"  # what refuses an operator instead of a kernel, where TVM has no loops for it
)


@dataclass(frozen=True)
class Refusal:
    """Why a kernel does not take an operator."""

    symbol: str
    rule: str
    found: str

    def __str__(self) -> str:
        return f"{self.symbol} does not apply: {self.rule} ({self.found})"


def never(match: Match) -> bool:
    return False


@dataclass(frozen=True)
class Kernel:
    """A C function and the operators it covers.

    `symbol` names the function, its struct of parameters and its file. The C signature is
    `void SYMBOL(const struct SYMBOL *p, const T *input..., T *output[, void *scratch])`. With `variadic` the
    inputs are one array of pointers.
    """

    symbol: str
    pattern: Callable[[], Pattern]
    lower: Callable[[Match], Call]
    reference: Callable[
        ..., NDArray[Any]
    ]  # (params, *inputs) -> output, or all of several: what the C computes, in numpy
    constraints: tuple[Constraint, ...] = ()
    # (reference, params, ranges of the inputs) -> that of the output: one of `kernels.shared.bounds`.
    bounds: Callable[..., tuple[NDArray[Any], NDArray[Any]]] | None = None
    overlaps: Overlaps = apart  # of the fields of the struct
    isa: Isa = Isa.SCALAR
    variadic: bool = False
    takes_scratch: bool = False  # the C function has the argument even where `Call.scratch` is 0
    per_image: bool = False  # the C function takes one image: a batch is a call for each
    rows: Rows | None = None  # how its C makes one row at a time, where it can
    summary: str = ""  # one line for listings and docs/operators.md
    family: str = PORTABLE
    # The portable kernel in whose place alone it is taken, where others before that one cover more or better.
    stands_for: str = ""
    folder: Path = runtime_c.FOLDER  # its C file is below
    functions: tuple[str, ...] = ()  # of CMSIS-NN, that its C file calls
    since: int = 0  # the first version of CMSIS-NN that its C file fits
    approximate: bool = False  # as TFLite has it, maybe more than a step beside the exact value
    lavish: bool = False  # spends flash and scratch for speed, for those who ask
    packed: bool = False  # decodes its weights as it goes: smaller and slower, for those who ask
    packs: Callable[[Match], bool] = (
        never  # of which layers it packs the weights unasked, for it is no slower
    )

    def refusal(self, match: Match) -> Refusal | None:
        """The first constraint that `match` breaks."""
        for constraint in self.constraints:
            if found := constraint(match):
                return Refusal(self.symbol, (constraint.__doc__ or "").rstrip("."), found)
        return None

    @property
    def source(self) -> str:
        return f"{self.symbol}.c"

    @property
    def header(self) -> str:
        return f"{self.symbol}.h"

    def files(self) -> dict[str, str]:
        """What it puts into a library, by name: its C file, and the headers that this needs."""
        return runtime_c.with_includes(self.source, self.folder)


@dataclass(frozen=True)
class Candidate:
    """A kernel that can take the operators of `match`, whose output has `shape`."""

    kernel: Kernel
    match: Match
    shape: tuple[int, ...]
