"""What quantisation can be asked for. None of it needs TVM, which takes seconds to load."""

from dataclasses import dataclass
from typing import Any

from tinycompile.quantize.calibration.images import Preprocessing


@dataclass(frozen=True, kw_only=True)
class QuantizeOptions:
    """From float to int8, and to less than that.

    `quantize` are samples of the model's inputs, as `samples.load` takes them: an array, arrays by name,
    a function, a file, a folder, or "random"; InvalidCalibration says why they do not fit. `max_drop` is what
    int8 may lose: points of top-1 where there are labels, else percent of error at the outputs; AccuracyLost
    says that nothing keeps it. `preprocessing` is what becomes of images. `prune` is the share of weights to
    leave out, by channels, above 0 and below 1; `cluster` how many different weights a layer may have, 2 to
    16.
    """

    quantize: Any = None
    max_drop: float | None = None
    preprocessing: Preprocessing | None = None
    prune: float | None = None
    cluster: int | None = None
