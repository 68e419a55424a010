"""Flash for code, from sizes measured once, so that it is known without a cross compiler."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from tinycompile.families import GENERATED
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


def code_bytes(program: Program, target: Target) -> int:
    """Bytes of the kernels a program uses and what they call, each once, and of its own calls."""
    sizes = measured()[LIKE.get(target.cpu, target.cpu)]
    used = {layer.kernel.symbol: layer.kernel for layer in program.layers}.values()
    kernels = [sizes["kernels"].get(k.symbol, NEW) for k in used if k.family != GENERATED]
    generated = [kernel.definition for kernel in used if isinstance(kernel, GeneratedKernel)]
    library = {name for kernel in kernels for name in kernel["library"]}
    library |= {name for text in generated for name in re.findall(r"\b(\w+f)\(", text)} - INLINE
    shared: int = sum(kernel["code"] for kernel in kernels)
    shared += sum(OPERATOR_BYTES * len(OPERATORS.findall(text)) for text in generated)
    shared += sum(sizes["library"].get(name, NEW["code"]) for name in library)
    return shared + LAYER_BYTES * len(program.layers)
