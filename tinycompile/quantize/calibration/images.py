"""A folder as calibration data: .npy files of one sample each, or images.

Images lie in the folder itself, or in one sub-folder per class, which become labels: by their names where
those are numbers, else numbered in alphabetical order. An image is resized to the input's height and width
(bilinear) and turned into RGB, or grey where the input has one channel; its bytes 0..255 become
`low`..`high`, from which `mean` is taken and which are divided by `std`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import numpy_file
from tinycompile.errors import InvalidCalibration, InvalidOption, MissingTool

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm", ".webp"}


@dataclass(frozen=True)
class Preprocessing:
    """From bytes to what the network was trained on; `mean` and `std` are one number or one a channel."""

    low: float = 0.0
    high: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    bgr: bool = False

    def check(self, channels: int) -> None:
        """Raise unless there is one number, or one a channel."""
        for option, numbers in (("--image-mean", self.mean), ("--image-std", self.std)):
            if len(numbers) not in (1, channels):
                raise InvalidOption(
                    f"{option} has {len(numbers)} numbers; the model's images have {channels} channels: "
                    "give one number, or one a channel"
                )

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(H, W, C) bytes to float32."""
        if self.bgr:
            pixels = pixels[..., ::-1]
        real = pixels / np.float64(255) * (self.high - self.low) + self.low
        return np.asarray((real - self.mean) / self.std, np.float32)


def load_folder(
    folder: Path, shapes: Mapping[str, tuple[int, ...]], preprocessing: Preprocessing
) -> dict[str, Any]:
    """The samples, and labels where sub-folders name classes. The model has one input."""
    if len(shapes) != 1:
        raise InvalidCalibration(
            f"{folder}: the model has {len(shapes)} inputs; a folder is for one, give an .npz"
        )
    (shape,) = shapes.values()
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES | {".npy"})
    if not files:
        raise InvalidCalibration(f"{folder}: no images and no .npy files in it")
    samples = [_sample(file, shape, preprocessing) for file in files]
    classes = sorted({file.parent.name for file in files if file.parent != folder})
    loose = any(file.parent == folder for file in files)
    if not classes:
        return {"": np.stack(samples)}
    if loose:
        raise InvalidCalibration(f"{folder}: some files lie in sub-folders (classes), some do not")
    numbered = all(name.isdecimal() for name in classes)
    labels = [
        int(file.parent.name) if numbered else classes.index(file.parent.name) for file in files
    ]
    return {"": np.stack(samples), "labels": np.array(labels)}


def _sample(
    file: Path, shape: tuple[int, ...], preprocessing: Preprocessing
) -> NDArray[np.float32]:
    if file.suffix == ".npy":
        (array,) = numpy_file.read(file, InvalidCalibration).values()
        if array.size != np.prod(shape):
            raise InvalidCalibration(f"{file}: shape {array.shape}; the model takes {shape}")
        return np.asarray(array.reshape(shape))
    return _image(file, shape, preprocessing)


def _image(file: Path, shape: tuple[int, ...], preprocessing: Preprocessing) -> NDArray[np.float32]:
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingTool(f"{file}: reading images needs the package pillow") from error
    first = len(shape) == 4 and shape[1] in (1, 3)  # channels first
    if len(shape) != 4 or (not first and shape[3] not in (1, 3)):
        raise InvalidCalibration(
            f"{file}: an image does not fit an input of shape {shape}; give .npy files"
        )
    height, width, channels = (*shape[2:], shape[1]) if first else shape[1:]
    preprocessing.check(channels)
    try:
        with Image.open(file) as image:
            resized = image.convert("L" if channels == 1 else "RGB").resize(
                (width, height), Image.Resampling.BILINEAR
            )
            pixels = np.asarray(resized).reshape(height, width, channels)
    except Exception as error:  # what pillow raises on a damaged file has no common base
        raise InvalidCalibration(f"{file}: not a readable image: {error}") from error
    real = preprocessing(pixels)
    return (real.transpose(2, 0, 1) if first else real).reshape(shape)
