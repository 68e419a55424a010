"""The C functions that are generated for one library, of what no kernel takes."""

from typing import Any

from tinycompile.call import Call
from tinycompile.families import GENERATED
from tinycompile.generated import GeneratedKernel
from tinycompile.kernel import Overlaps
from tinycompile.tir import Generated


class Functions:
    """The functions of one library, whose symbols begin with `prefix`."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.kernels: dict[str, GeneratedKernel] = {}

    def kernel(self, made: Generated, operators: frozenset[str], covers: str) -> GeneratedKernel:
        """The kernel that is `made`, with a symbol of its own unless there is an equal one."""
        key = made.declaration(made.operators) + made.source(made.operators)
        if key not in self.kernels:
            symbol = self.symbol(made.operators)
            self.kernels[key] = GeneratedKernel(
                symbol=symbol,
                pattern=_none,
                lower=_none,
                reference=_none,
                family=GENERATED,
                library=self.prefix,
                definition=made.source(symbol),
                declaration=made.declaration(symbol),
                helpers=made.helpers,
                needs_math=made.needs_math,
                operators=operators,
                covers=covers,
                overlaps=overlaps_of(made),
            )
        return self.kernels[key]

    def symbol(self, operators: str) -> str:
        taken = {kernel.symbol for kernel in self.kernels.values()}
        stem = symbol = f"{self.prefix}_{operators}"
        count = 1
        while symbol in taken:
            count += 1
            symbol = f"{stem}_{count}"
        return symbol


def call_of(made: Generated) -> Call:
    return Call(
        inputs=tuple(map(str, made.inputs)),
        params=dict(made.constants),
        macs=made.macs,
        scratch=made.scratch,
        alignment=8 if made.scratch and "int64_t" in made.text else 1,
    )


def overlaps_of(made: Generated) -> Overlaps:
    """A function of several outputs overwrites nothing: which of them may is not said."""
    return lambda _: made.overlaps if len(made.outputs) == 1 else ()


def _none(*_: Any) -> Any:
    raise AssertionError("what is generated has neither pattern nor reference")
