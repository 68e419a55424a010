from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.graphs import matched
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.any.constant import KERNEL


@pytest.mark.parametrize("dtype", ["int8", "int32", "float32"])
def test_c_copies_the_constant(run: Run, dtype: str) -> None:
    values = np.arange(-6, 6).astype(dtype).reshape(3, 4)

    def constant(**inputs: Any) -> Any:
        return relax.op.concat([relax.const(values)], axis=0)

    call = KERNEL.lower(matched(KERNEL, constant))
    assert call.inputs == ()
    np.testing.assert_array_equal(run(KERNEL, call.params, [], values), values)
    reference = KERNEL.reference(call.params)
    np.testing.assert_array_equal(reference.view(dtype).reshape(3, 4), values)
