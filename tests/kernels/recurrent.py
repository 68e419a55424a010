"""Random recurrent layers for the kernels: C beside the reference, whatever a layer may have."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tests.frontend.onnx_model import imported
from tests.kernels import graphs
from tests.kernels.runtime import Run
from tests.recurrent import Layer
from tinycompile.kernel import Bindings, Kernel, Match
from tinycompile.recurrence import CELLS, Function, Recurrence, is_recurrent

TOLERANCE = 1e-5
ROUNDINGS = 30  # of a step, about, against one of each input


def matched(kernel: Kernel, layer: Layer) -> Match:
    """What `kernel` finds in the model of `layer`."""
    with tempfile.TemporaryDirectory() as folder:
        function = imported(layer.model(), Path(folder)).module["main"]
    bindings = Bindings(function)
    (layer_of,) = (b.var for b in function.body.blocks[0].bindings if is_recurrent(b.value))
    match = kernel.pattern().extract(layer_of, bindings)
    assert match is not None
    return match


def refusal(kernel: Kernel, function: str, dtype: str) -> str:
    """Why `kernel` does not take a layer whose sequences are of `dtype`."""
    cell = CELLS[function]
    functions = tuple(Function(name) for name in cell.functions)
    layer = Recurrence(2, 1, 3, 4, "forward", False, functions, (2,), states=(), outputs=("Y",))
    shapes = [(1, cell.gates * 4, 3), (1, cell.gates * 4, 4), (1, cell.biases * 4), (0,)]
    constants = [relax.const(np.zeros(shape, np.float32)) for shape in shapes]

    def build(x: relax.Var) -> relax.Call:
        return layer.call(function, x, relax.Tuple([]), *constants)

    return graphs.refusal(kernel, build, dtype=dtype, x=(2, 1, 3))


def assert_c_is_close(run: Run, kernel: Kernel, layer: Layer, cell: str) -> None:
    match = matched(kernel, layer)
    assert kernel.refusal(match) is None
    call, r = kernel.lower(match), Recurrence.of(match["layer"])
    rng = np.random.default_rng(layer.seed)
    inputs: list[NDArray[Any] | None] = [
        rng.normal(size=r.shape("Y_h") if i else layer.shapes["x"]).astype(np.float32)
        if part
        else None
        for i, part in enumerate(call.inputs)
    ]
    beside = [None if x is None else x * np.float32(1 + 2**-22) for x in inputs]
    with np.errstate(all="ignore"):
        expected = kernel.reference(call.params, *inputs)
        nearby = kernel.reference(call.params, *beside)
    wanted = [
        np.empty(r.shape(name), np.float32) if asked else None
        for name, asked in zip(CELLS[cell].outputs, call.outputs, strict=True)
    ]
    found = run.several(kernel, call.params, inputs, wanted, scratch=call.scratch)
    for ours, theirs, near in zip(found, expected, nearby, strict=True):
        if ours is not None and np.abs(theirs).max() < 1e6:
            # Where gates without bounds let values grow, roundings grow as those of the inputs do.
            limit = TOLERANCE * max(1.0, float(np.abs(theirs).max()))
            limit += ROUNDINGS * float(np.abs(near - theirs).max())
            np.testing.assert_allclose(ours.ravel(), theirs, rtol=0, atol=limit)
