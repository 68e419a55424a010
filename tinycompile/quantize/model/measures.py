"""How far outputs are from those that are wanted: errors, signal-to-noise ratios, top-1."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
WEAK = 1.0  # times the median signal of all samples: what is weaker is judged by that


def typical_error(wanted: Array, found: Array) -> float:
    """Power of the error relative to the signal's, averaged over samples, each of which counts 1 at most.

    So rare samples of enormous values do not decide for all others.
    """
    rows = wanted.reshape(len(wanted), -1).astype(np.float64)
    signal = np.mean(np.square(rows), axis=1)
    noise = np.mean(np.square(rows - found.reshape(rows.shape)), axis=1)
    signal = np.maximum(signal, WEAK * np.median(signal))
    shares = np.divide(noise, signal, out=(noise > 0).astype(np.float64), where=signal > 0)
    return float(np.mean(np.minimum(shares, 1)))


def relative_error(wanted: Array, found: Array) -> float:
    signal = float(np.mean(np.square(wanted, dtype=np.float64)))
    noise = float(np.mean(np.square(wanted.astype(np.float64) - found)))
    return noise / signal if signal > 0 else float(noise > 0)


def decibels(error: float) -> float:
    """Signal-to-noise ratio of a relative error; 200 stands for none."""
    return min(200.0, -10 * float(np.log10(max(error, 1e-20))))


def percent(ratio: float) -> float:
    """What a signal-to-noise ratio in dB is as an error, root mean square, in percent of the signal."""
    return 100 * float(10 ** (-ratio / 20))


def same_class(wanted: Array, found: Array) -> int:
    """How many samples have their largest output in the same place."""
    one, other = (outputs.reshape(len(wanted), -1).argmax(axis=1) for outputs in (wanted, found))
    return int(np.sum(one == other))


def snr(wanted: Array, found: Array) -> float:
    """Signal-to-noise ratio in dB."""
    return decibels(relative_error(wanted, found))


def top1(outputs: Array, labels: NDArray[np.int64]) -> float:
    """Percent of samples whose largest output is that of their label."""
    found = outputs.reshape(len(labels), -1).argmax(axis=1)
    return 100 * float(np.mean(found == labels))
