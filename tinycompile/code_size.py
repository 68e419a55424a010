"""Flash for code, from sizes measured once, so that it is known without a cross compiler."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tinycompile.call import Instance
from tinycompile.generated import GeneratedKernel
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


def code(program: Program, target: Target) -> Code:
    """Of the kernels a program uses and what they call, each once, and of its own calls."""
    sizes = measured()[LIKE.get(target.cpu, target.cpu)]
    kernels, called = {}, set()
    for kernel in {layer.kernel.symbol: layer.kernel for layer in program.layers}.values():
        if isinstance(kernel, GeneratedKernel):
            text = kernel.definition
            kernels[kernel.symbol] = OPERATOR_BYTES * len(OPERATORS.findall(text))
            called |= set(re.findall(r"\b(\w+f)\(", text)) - INLINE
        else:
            found = sizes["kernels"].get(kernel.symbol, NEW)
            kernels[kernel.symbol] = found["code"]
            called |= set(found["library"])
    for symbol, nbytes in inner(program).items():
        kernels[symbol] += nbytes
    library = sum(sizes["library"].get(name, NEW["code"]) for name in called)
    return Code(kernels, library, LAYER_BYTES * len(program.layers))


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


def code_bytes(program: Program, target: Target) -> int:
    return code(program, target).total
