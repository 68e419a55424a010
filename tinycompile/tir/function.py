"""A C function around statements: its arguments, its struct of tables, its scratch memory."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.codegen.c import C_TYPES
from tinycompile.tir.scratch import lay_out
from tinycompile.tir.tree import Buffer, Statement, Store, expressions, walk
from tinycompile.tir.wrap import wrapped
from tinycompile.tir.write import Writer


class Function:
    """Writes `block`; `{symbol}` stands for the function's name."""

    def __init__(
        self,
        block: list[Statement],
        params: list[Buffer],
        outputs: list[Buffer],
        constants: dict[Buffer, NDArray[Any]],
        overlaps: dict[Buffer, int | None],
    ) -> None:
        read = {b for s in walk(block) for expr in expressions(s) for b in expr.buffers}
        self.inputs = [i for i, buffer in enumerate(params) if buffer in read]
        self.outputs = outputs
        self.shared = {buffer for buffer, far in overlaps.items() if far is not None}
        self.shared |= set(outputs[:1]) if self.shared else set()
        self.names: dict[Buffer, str] = {}
        for count, i in enumerate(self.inputs):
            self.names[params[i]] = "input" if len(self.inputs) == 1 else f"input{count + 1}"
        self.arguments = [params[i] for i in self.inputs]
        self.names |= {buffer: buffer.name for buffer in outputs}
        self.constants = self.fields({b: a for b, a in constants.items() if b in read})
        self.scratch, offsets = lay_out(block)
        self.writer = Writer(self.names)
        self.open(offsets)
        stored = {s.buffer for s in walk(block) if isinstance(s, Store)}
        for buffer in outputs:
            if buffer not in stored:  # it has no elements
                self.writer.line(1, f"(void){buffer.name};")
        self.writer.block(block, 1)

    def fields(self, constants: dict[Buffer, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The tables by distinct names."""
        found: dict[str, NDArray[Any]] = {}
        for buffer, values in constants.items():
            name, count = buffer.name, 1
            while name in found:
                count += 1
                name = f"{buffer.name}{count}"
            self.names[buffer] = name
            plain = np.ascontiguousarray(values).reshape(-1)
            found[name] = plain.astype(np.float16).view(np.uint16) if buffer.half else plain
        return found

    def open(self, offsets: dict[Buffer, int]) -> None:
        """What the body has pointers to."""
        for name, values in self.constants.items():
            c_type = C_TYPES[str(values.dtype)]
            self.writer.line(1, f"const {c_type} *const {name} = p->{name};")
        for buffer, offset in offsets.items():
            name = self.writer.buffers[buffer] = self.writer.fresh(buffer.name)
            c_type = C_TYPES[buffer.dtype]
            where = f"((char *)scratch + {offset})" if offset else "scratch"
            where = where if c_type == "char" else f"(void *){where}" if offset else where
            self.writer.line(1, f"{c_type} *const {name} = {where};")

    def signature(self) -> str:
        arguments = ["const struct {symbol} *p"] if self.constants else []
        arguments += [f"const {self.pointer(buffer)}" for buffer in self.arguments]
        arguments += [self.pointer(buffer) for buffer in self.outputs]
        arguments += ["void *restrict scratch"] if self.scratch else []
        return f"void {{symbol}}({', '.join(arguments)})"

    def pointer(self, buffer: Buffer) -> str:
        restrict = "" if buffer in self.shared else "restrict "
        return f"{C_TYPES[buffer.dtype]} *{restrict}{self.names[buffer]}"

    def text(self) -> str:
        lines = [part for line in self.writer.lines for part in wrapped(line)]
        return "\n".join([*wrapped(self.signature()), "{", *lines, "}\n"])


def uses_math(text: str) -> bool:
    """Whether `text` needs math.h."""
    return bool(re.search(r"\b[a-z]\w*f\(|\bINFINITY\b|\bNAN\b", text))
