"""Flash for code, from sizes measured once, so that it is known without a cross compiler."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

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
NEW = {"code": 600, "library": []}  # a kernel that was not measured yet: a usual size


@cache
def measured() -> dict[str, dict[str, Any]]:
    """By core: `kernels` and the `library` functions they call, in bytes of code."""
    return tomllib.loads((files("tinycompile.runtime_c") / "code_size.toml").read_text())


def code_bytes(program: Program, target: Target) -> int:
    """Bytes of the kernels a program uses and what they call, each once, and of its own calls."""
    sizes = measured()[LIKE.get(target.cpu, target.cpu)]
    symbols = {layer.kernel.symbol for layer in program.layers}
    kernels = [sizes["kernels"].get(symbol, NEW) for symbol in symbols]
    library = {name for kernel in kernels for name in kernel["library"]}
    shared: int = sum(kernel["code"] for kernel in kernels)
    shared += sum(sizes["library"][name] for name in library)
    return shared + LAYER_BYTES * len(program.layers)
