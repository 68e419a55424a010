"""The sum or difference of two int8 tensors as a function of pairs of values."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernels.portable.s8 import add_s8


class Sum(NamedTuple):
    """What the portable kernel computes of a pair, as far as values count."""

    zero_point1: int
    zero_point2: int
    output_zero_point: int
    multiplier1: int
    multiplier2: int
    multiplier: int
    shift1: int
    shift2: int
    shift: int
    subtract: int

    @classmethod
    def of(cls, p: dict[str, Any]) -> "Sum":
        return cls(*(p[name] for name in cls._fields))

    def real_factors(self) -> tuple[float, float]:
        """Steps of the output that one of each operand is."""
        out = self.multiplier / 2**31 * 2.0**self.shift * 2**20
        first = self.multiplier1 / 2**31 * 2.0**self.shift1
        second = self.multiplier2 / 2**31 * 2.0**self.shift2
        return out * first, out * (-second if self.subtract else second)

    def results(self) -> NDArray[np.int64]:
        """Of all 65,536 pairs, from (-128, -128) on."""
        plain = {"shape": (256, 256), "steps1": (1, 0), "steps2": (0, 1), "min": -128, "max": 127}
        values = np.arange(-128, 128).astype(np.int8)
        return add_s8.reference(plain | self._asdict(), values, values).astype(np.int64)
