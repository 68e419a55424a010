"""Generated functions, built and called from tests.

Every one is compiled with the project's warnings and the sanitizer of undefined behaviour. Arrays lie flush
before a page that cannot be read or written, and every call is made twice on memory full of other bytes.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax

from tests.kernels.runtime import Buffer, overlapped
from tinycompile.call import IN_PLACE
from tinycompile.simulate.build import build_host
from tinycompile.tir import Generated, generate

Array = NDArray[Any]
# (builder, parameters...) -> the result
Body = Callable[..., relax.Expr]


def function(body: Body, *types: tuple[tuple[int, ...], str]) -> relax.Function:
    """The Relax function of parameters of `types` that `body` makes, as the grouping pass passes it."""
    builder = relax.BlockBuilder()
    params = [
        relax.Var(f"x{i}", relax.TensorType(shape, dtype)) for i, (shape, dtype) in enumerate(types)
    ]
    with builder.function("main", params):
        with builder.dataflow():
            made = body(builder, *params)
            result = builder.emit_output(relax.Tuple(made) if isinstance(made, tuple) else made)
        builder.emit_func_output(result)
    return builder.get()["main"]


def constant(values: Any, dtype: str | None = None) -> relax.Expr:
    return relax.const(np.asarray(values, dtype))


def unit(generated: Generated, symbol: str) -> str:
    """A C file of the function alone."""
    headers = ["stdint.h", *(["math.h"] if generated.needs_math else [])]
    includes = "".join(f"#include <{header}>\n" for header in headers)
    parts = [includes, generated.declaration(symbol), *generated.helpers, generated.source(symbol)]
    return "\n".join(parts)


@dataclass
class Library:
    """Generated functions in one shared library."""

    library: ctypes.CDLL
    generated: dict[str, Generated]

    def __call__(self, symbol: str, arrays: Sequence[Array]) -> list[Array]:
        """What the function makes of the group's parameters."""
        first = self.once(symbol, arrays, 0xFF)
        second = self.once(symbol, arrays, 0x5A)
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other, f"{symbol} reads what it has not written")
        for position, far in enumerate(self.generated[symbol].overlaps):
            for before in () if far is None else (0,) if far == IN_PLACE else (0, 1, 7):
                over = self.once(symbol, arrays, 0xFF, (position, before))
                message = f"{symbol} {before} elements before input {position}"
                np.testing.assert_array_equal(over[0], first[0], message)
        return first

    def once(
        self,
        symbol: str,
        arrays: Sequence[Array],
        noise: int,
        overlap: tuple[int, int] | None = None,
    ) -> list[Array]:
        """With the first output so many elements before the input at a position, as `overlap` says."""
        generated = self.generated[symbol]
        tables = [Buffer(array) for array in generated.constants.values()]
        inputs = [Buffer(arrays[i]) for i in generated.inputs]
        outputs = [Buffer(np.empty(t.shape, t.dtype)) for t in generated.outputs]
        room = None
        if overlap is not None:
            position, before = overlap
            x, like = inputs[position].original, outputs[0].original
            inputs[position], outputs[0], room = overlapped(x, like, before * like.itemsize)
        scratch = [Buffer(np.empty(generated.scratch // 8, np.int64))] * bool(generated.scratch)
        for buffer in (*outputs[overlap is not None :], *scratch):
            buffer.bytes[buffer.where] = noise
        struct = (ctypes.c_void_p * max(1, len(tables)))(*(table.address for table in tables))
        arguments: list[Any] = [ctypes.byref(struct)] * bool(tables)
        called = getattr(self.library, symbol)
        called.restype = None
        called(*arguments, *(ctypes.c_void_p(b.address) for b in (*inputs, *outputs, *scratch)))
        found = [b.array.reshape(t.shape) for b, t in zip(outputs, generated.outputs, strict=True)]
        if room is not None:
            inputs.pop(overlap[0])
            outputs[0] = room
        for buffer in (*tables, *inputs):
            buffer.check(symbol)
        for buffer in (*outputs, *scratch):
            buffer.check(symbol, constant=False)
        return found


def build(
    functions: dict[str, relax.Function], folder: Path, compiler: str = "cc", **options: Any
) -> Library:
    """All of `functions` in one library, under the names that they have here."""
    with tvm.transform.PassContext(opt_level=0):
        made = {symbol: generate(f, **options) for symbol, f in functions.items()}
    sources = []
    for symbol, generated in made.items():
        sources.append(folder / f"{symbol}.c")
        sources[-1].write_text(unit(generated, symbol))
    output = folder / f"generated_{compiler}.so"
    build_host(sources, [], output, sanitize=True, optimize="-O1", compiler=compiler)
    return Library(ctypes.CDLL(str(output)), made)
