"""Portable kernels that copy runs do so by Helium's vectors: random ones, of all sizes, on the M55."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.dsp import alike
from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.any import gather, pad


def padded(rng: np.random.Generator) -> alike.Graph:
    shape = (*(int(n) for n in rng.integers(1, 5, 3)), int(rng.integers(1, 20)))
    widths = [int(n) if rng.random() < 0.5 else 0 for n in rng.integers(0, 9, 8)]
    value = int(rng.integers(-128, 128))
    return lambda x: relax.op.nn.pad(x, widths, pad_value=value), {"x": shape}


def gathered(rng: np.random.Generator) -> alike.Graph:
    rows = relax.const(rng.integers(0, 5, 4))
    return lambda x: relax.op.take(x, rows, 0), {"x": (5, int(rng.integers(1, 70)))}


@pytest.mark.parametrize("flags", [(), ("-DTC_NO_ASM",)], ids=["vectors", "words"])
def test_random_layers(flags: tuple[str, ...], tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    graphs: dict[Kernel, Callable[[np.random.Generator], alike.Graph]] = {
        pad.KERNEL: padded,
        gather.KERNEL: gathered,
    }
    found = [
        case
        for kernel, graph in graphs.items()
        for dtype in ("int8", "int16")
        for case in alike.cases(kernel, kernel, graph, 1, 20, dtype)
    ]
    batch.run(found, tmp_path, batch.Build("cortex-m55", optimize="-O2", flags=flags))
