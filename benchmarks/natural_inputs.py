"""Inputs that resemble nature, made from a seed: for networks whose data sets are not at hand."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
FRAMES, MELS = 5, 128


def pictures(count: int, size: int, seed: int) -> Floats:
    """(count, size, size, 3) in 0..1, as photographs are: amplitudes that fall as 1/frequency, colours that
    go together, a few flat patches with sharp edges."""
    rng = np.random.default_rng(seed)
    return np.stack([_picture(rng, size) for _ in range(count)]).astype(np.float32)


def _picture(rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    grey, *tints = (_cloud(rng, size) for _ in range(4))
    image = np.stack([grey + 0.4 * tint for tint in tints], -1)
    for _ in range(rng.integers(1, 5)):
        y, x = rng.integers(0, size, 2)
        height, width = rng.integers(size // 8, size // 2, 2)
        image[y : y + height, x : x + width] = (
            rng.normal(0, 1.5, 3) + 0.3 * image[y : y + height, x : x + width]
        )
    return np.clip(rng.uniform(0.3, 0.7) + rng.uniform(0.1, 0.3) * image, 0, 1)


def _cloud(rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    """Noise of variance 1 whose amplitude falls as 1/frequency."""
    frequencies = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequencies[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.normal(size=(size, size))) / frequencies
    cloud = np.fft.irfft2(spectrum, (size, size))
    return np.asarray(cloud / cloud.std())


def log_mel_windows(count: int, seed: int) -> Floats:
    """(count, 640): five frames of 128 mel bands in dB, as machines sound: a falling spectrum, humming tones,
    noise, and slow changes of loudness."""
    rng = np.random.default_rng(seed)
    bands = np.arange(MELS)
    windows = []
    for _ in range(count):
        level = rng.uniform(-15, 5) - rng.uniform(20, 45) * bands / MELS
        bumps = rng.normal(0, 6, MELS // 8 + 2)
        level = level + np.interp(bands, np.arange(len(bumps)) * 8, bumps)
        for _ in range(rng.integers(0, 6)):
            level[rng.integers(0, MELS // 2)] += rng.uniform(5, 20)
        frames = level + rng.normal(0, 1.5, (FRAMES, 1)) + rng.normal(0, 2.5, (FRAMES, MELS))
        windows.append(np.clip(frames, -85, 14).reshape(-1))
    return np.array(windows, np.float32)
