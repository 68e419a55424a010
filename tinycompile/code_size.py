"""Flash for code, from sizes measured once, so that it is known without a cross compiler."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tinycompile.call import Instance
from tinycompile.generated import GeneratedKernel
from tinycompile.memory.together import Together
from tinycompile.program import Program
from tinycompile.target import Target

CORES = ("cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")
LIKE = {  # cores that run the same instructions as a measured one; "host" is shown as a usual target
    "cortex-m0": "cortex-m0plus",
    "cortex-m23": "cortex-m0plus",
    "cortex-m35p": "cortex-m33",
    "cortex-m85": "cortex-m55",
    "host": "cortex-m4",
}
LAYER_BYTES = 16  # a layer's call: addresses of tensors and parameters, a branch
OPERATORS = re.compile(r"[-+*/<>=?&|]+|\w\(")  # of a generated function, and its calls
OPERATOR_BYTES = 7  # of each, on any core
INLINE = {"fabsf"}
ROWS = "tc_rows"  # what calls kernels row by row
NEW = {"code": 600, "library": []}  # a kernel that was not measured yet: a usual size


@cache
def measured() -> dict[str, dict[str, Any]]:
    """By core: `kernels` and the `library` functions they call, in bytes of code."""
    return tomllib.loads((files("tinycompile.runtime_c") / "code_size.toml").read_text())


@dataclass(frozen=True)
class Code:
    """Bytes of code, by what takes it."""

    kernels: dict[str, int]  # by symbol, without what they call of others
    library: int  # functions of CMSIS-NN, of the compiler and of C that kernels call, each once
    calls: int  # of the layers

    @property
    def total(self) -> int:
        return sum(self.kernels.values()) + self.library + self.calls


def code(program: Program, target: Target, together: Sequence[Together] = ()) -> Code:
    """Of the kernels a program uses and what they call, each once, and of its own calls.

    Layers that run `together` call functions for rows, and share what calls these.
    """
    sizes = measured()[LIKE.get(target.cpu, target.cpu)]
    kernels, called = dict[str, int](), set[str]()
    by_rows = {stage.function for group in together for stage in group.flow.line if stage.function}
    for symbol in sorted(by_rows | {ROWS}) if together else ():
        found = sizes["kernels"].get(symbol, NEW)
        kernels[symbol] = found["code"]
        called |= set(found["library"])
    apart = {i for group in together for i in range(group.first, group.end)}
    whole = [layer for i, layer in enumerate(program.layers) if i not in apart]
    for kernel in {layer.kernel.symbol: layer.kernel for layer in whole}.values():
        if isinstance(kernel, GeneratedKernel):
            text = kernel.definition
            kernels[kernel.symbol] = OPERATOR_BYTES * len(OPERATORS.findall(text))
            called |= set(re.findall(r"\b(\w+f)\(", text)) - INLINE
        else:
            found = sizes["kernels"].get(kernel.symbol, NEW)
            kernels[kernel.symbol] = found["code"]
            called |= set(found["library"])
    for symbol, nbytes in inner(program).items():
        kernels[symbol] = kernels.get(symbol, 0) + nbytes
    library = sum(sizes["library"].get(name, NEW["code"]) for name in called)
    return Code(kernels, library, LAYER_BYTES * (len(whole) + len(together)))


def inner(program: Program) -> Counter[str]:
    """Of inner functions that macros made, each once, by the symbol of the kernel that calls it first."""
    first: dict[Instance, str] = {}
    for layer in program.layers:
        for value in layer.call.params.values():
            if isinstance(value, Instance):
                first.setdefault(value, layer.kernel.symbol)
    found: Counter[str] = Counter()
    for instance, symbol in first.items():
        found[symbol] += instance.code_bytes
    return found


def code_bytes(program: Program, target: Target, together: Sequence[Together] = ()) -> int:
    return code(program, target, together).total
