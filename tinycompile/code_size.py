"""Flash for code, from sizes measured once, so that it is known without a cross compiler."""

import tomllib
from functools import cache
from importlib.resources import files

from tinycompile.program import Program
from tinycompile.target import Target

LAYER_BYTES = 24  # a layer's call: addresses of tensors and parameters, a branch


@cache
def measured() -> dict[str, dict[str, int]]:
    """Bytes of text by core and kernel; `benchmarks/code_size` measures them."""
    return tomllib.loads((files("tinycompile.runtime_c") / "code_size.toml").read_text())


def code_bytes(program: Program, target: Target) -> int:
    """Bytes of the kernels a program uses, each once, and of its own calls."""
    sizes = measured().get(target.cpu, measured()["cortex-m4"])
    symbols = {layer.kernel.symbol for layer in program.layers}
    return sum(sizes[symbol] for symbol in symbols) + LAYER_BYTES * len(program.layers)
