"""The whole compiler, top to bottom."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tvm
from tvm import relax
from tvm.ir.instrument import pass_instrument
from tvm.relax.ir.instrument import WellFormedInstrument

from tinycompile import lower, memory
from tinycompile.frontend.source import Source
from tinycompile.kernel import Refusal
from tinycompile.kernels import KERNELS
from tinycompile.memory import MemoryPlan
from tinycompile.passes.select_kernels import SelectKernels
from tinycompile.program import Program


def passes(refusals: dict[str, list[Refusal]]) -> list[Any]:
    return [
        # 1. Canonicalize: one spelling for each operator.
        relax.transform.CanonicalizeBindings(),
        relax.transform.DeadCodeElimination(),
        # 2. Select: operators become kernels.
        SelectKernels(KERNELS, refusals),
    ]
