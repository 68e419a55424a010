"""The operator Delta: what changes from one row of a tensor to the next, as of the spectra of a sound."""

import numpy as np
import tvm
from tvm import relax

from tinycompile import external
from tinycompile.frontend.custom import Operation

DELTA = "delta.delta"  # what Relax calls it between the importer and the kernel


@tvm.register_global_func(DELTA, override=True)
def evaluate(real: tvm.runtime.Tensor) -> tvm.runtime.Tensor:
    """What it computes in float: --quantize asks for that."""
    rows = real.numpy()
    return tvm.runtime.tensor(np.diff(rows, axis=-2, prepend=rows[..., :1, :]))


def convert(operation: Operation) -> relax.Call:
    """A call of an external function, which only our kernel knows."""
    return external.call(DELTA, operation.inputs[0], ty=operation.outputs[0])
