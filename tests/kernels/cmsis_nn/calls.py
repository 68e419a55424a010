"""Calls the C function of a kernel that calls CMSIS-NN, in plain C, beside its reference."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, settings

from tests.kernels import cases
from tests.kernels.graphs import matched
from tests.kernels.runtime import Run
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.codegen.folder import fill
from tinycompile.kernel import Kernel
from tinycompile.kernels import cmsis_nn
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.simulate.build import build_host
from tinycompile.target import Isa

# No deadline: the first example builds CMSIS-NN.
SETTINGS = settings(deadline=None, max_examples=60)


class CmsisRun(Run):
    """Builds a kernel together with the sources of CMSIS-NN that it calls."""

    def __init__(self, folder: Path, copy: CmsisNN) -> None:
        super().__init__(folder)
        self.copy = copy

    def kernel(self, symbol: str) -> Kernel:
        """The kernel made for the host; skips the test where this CMSIS-NN has not its function."""
        found = kernel_for(symbol, Context(Isa.SCALAR, self.copy.version, self.copy.functions))
        if missing := set(found.functions) - self.copy.functions:
            pytest.skip(f"{self.copy} has no {', '.join(missing)}")
        return found

    def library(self, kernel: Kernel) -> Any:
        if kernel.symbol not in self.built:
            folder = self.folder / kernel.symbol
            fill(folder, self.copy.files(kernel.functions) | kernel.files())
            sources = list(folder.rglob("*.c"))
            output = folder / "kernel.so"
            build_host(sources, [folder], output, sanitize=True, optimize="-O1")
            self.built[kernel.symbol] = np.ctypeslib.ctypes.CDLL(str(output))
        return self.built[kernel.symbol]


def kernel_for(symbol: str, context: Context) -> Kernel:
    return next(kernel for kernel in cmsis_nn.kernels(context) if kernel.symbol == symbol)


def assert_equal(
    run: CmsisRun,
    symbol: str,
    build: Any,
    seed: int,
    dtype: str = "int8",
    **inputs: tuple[int, ...],
) -> None:
    """The C computes what the reference does, unless the kernel refuses the layer."""
    kernel = run.kernel(symbol)
    match = matched(kernel, build, dtype, **inputs)
    assume(kernel.refusal(match) is None)
    call = kernel.lower(match)
    scratch = max(call.scratch, 4) if kernel.takes_scratch else 0
    random = [cases.integers(seed + i, shape, dtype) for i, shape in enumerate(inputs.values())]
    lowest = [np.full_like(array, np.iinfo(dtype).min) for array in random]
    for arrays in (random, lowest):
        expected = kernel.reference(call.params, *arrays)
        actual = run(kernel, call.params, arrays, np.empty_like(expected), scratch=scratch)
        np.testing.assert_array_equal(actual, expected)
