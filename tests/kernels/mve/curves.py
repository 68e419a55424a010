"""Functions of one int16 number, which kernels for Helium have as the portable ones do: of all numbers."""

import numpy as np

from tests.kernels import batch
from tinycompile.call import Call
from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.s16 import logistic_s16
from tinycompile.quantization import QParams

SCALES = (2.0**-12, 2.0**-11, 1 / 3000, 2.6, 1e-7)
ALL = np.arange(-32768, 32767, dtype=np.int16)  # a number that is no multiple of four


def cases(kernel: Kernel) -> list[batch.Case]:
    found = []
    for scale in SCALES:
        multiplier, shift = logistic_s16.argument(QParams(scale, 0), (0, 1))
        params = {
            "count": ALL.size,
            "multiplier": multiplier,
            "shift": shift,
            "table": logistic_s16.table(),
        }
        found.append(batch.Case(kernel, Call(("input",), params), [ALL]))
    return found
