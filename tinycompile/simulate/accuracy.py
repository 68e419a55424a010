"""The compiled C on samples, so that what is reported is what runs."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.program import Tensor
from tinycompile.quantization import integer_limits
from tinycompile.quantize.model.measures import same_class, snr, top1
from tinycompile.simulate import harness

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

Array = NDArray[np.float32]


def run(compiled: "Compiled", feeds: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs, as real numbers, for float samples in the program's layout."""
    count = len(next(iter(feeds.values())))
    integers = {t.name: to_integers(feeds[t.name], t) for t in compiled.program.inputs}
    inputs = [{name: array[i] for name, array in integers.items()} for i in range(count)]
    with TemporaryDirectory() as folder:
        results = harness.run_on_host(compiled, inputs, Path(folder))
    return {
        t.name: to_real(np.stack([result[t.name] for result in results]), t)
        for t in compiled.program.outputs
    }


def to_integers(real: Array, t: Tensor) -> NDArray[Any]:
    """`real` as the program takes it; `t` may be float."""
    if t.quantization is None or t.dtype == "float32":
        return real.reshape(len(real), *t.shape).astype(t.dtype)
    quotient = np.rint(real / np.float32(t.quantization.scale)) + t.quantization.zero_point
    integers = np.clip(quotient, *integer_limits(t.dtype)).astype(t.dtype)
    return np.asarray(integers.reshape(len(real), *t.shape))


def to_real(integers: NDArray[Any], t: Tensor) -> Array:
    if t.quantization is None or integers.dtype == np.float32:
        return integers.astype(np.float32)
    return (integers.astype(np.float32) - t.quantization.zero_point) * np.float32(
        t.quantization.scale
    )


def measure(compiled: "Compiled") -> None:
    """Adds to the report of a quantised model what its C makes of the calibration samples.

    Raises MissingTool without a C compiler.
    """
    quantized = compiled.quantized
    assert quantized is not None
    outputs = run(compiled, quantized.feeds)
    report = quantized.report
    report["compiled_c"] = {
        "outputs": {
            name: round(snr(quantized.outputs[name].reshape(found.shape), found), 2)
            for name, found in outputs.items()
        }
    }
    if quantized.calibration.labels is not None:
        first = next(iter(outputs.values()))
        report["top1"]["compiled_c"] = round(top1(first, quantized.calibration.labels), 2)
    if "same_class" in report:
        ((name, found),) = outputs.items()
        report["same_class"]["compiled_c"] = same_class(quantized.outputs[name], found)
    compiled.tell(quantization=report)
