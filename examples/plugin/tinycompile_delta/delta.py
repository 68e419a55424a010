"""The operator Delta: what changes from one row of a tensor to the next, as of the spectra of a sound."""

from tvm import relax

from tinycompile import external
from tinycompile.frontend.custom import Operation

DELTA = "delta.delta"  # what Relax calls it between the importer and the kernel


def convert(operation: Operation) -> relax.Call:
    """A call of an external function, which only our kernel knows."""
    return external.call(DELTA, operation.inputs[0], ty=operation.outputs[0])
