"""Pads with the tensor's own values become gathers."""

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import main, operators, run, stays
from tinycompile.passes.windows.gather_pads import GatherPads

X = ((1, 4, 5, 2), "int8")
WIDTHS = [0, 0, 2, 1, 0, 3, 0, 0]


@pytest.mark.parametrize(
    ("mode", "numpys"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]
)
def test_the_values_are_numpys(mode: str, numpys: str) -> None:
    after = GatherPads()(main(lambda x: relax.op.nn.pad(x, WIDTHS, mode), x=X))
    assert operators(after) == ["take", "take"]
    x = np.arange(40, dtype=np.int8).reshape(X[0])
    widths = [tuple(WIDTHS[i : i + 2]) for i in range(0, 8, 2)]
    np.testing.assert_array_equal(run(after, x)[0], np.pad(x, widths, numpys))


def test_constant_padding_stays() -> None:
    stays(GatherPads(), main(lambda x: relax.op.nn.pad(x, WIDTHS, pad_value=3), x=X))
