"""Arrays in a file of the user's, whatever it may hold."""

from pathlib import Path
from typing import Any

import numpy as np

from tinycompile.errors import TinyCompileError


def read(path: Path, error: type[TinyCompileError]) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a .npz by name, that of a .npy under ""; raises `error` for a file that is neither."""
    try:
        if not path.is_file():  # a pipe or a device might not end
            raise FileNotFoundError("no such file")
        data = np.load(path, allow_pickle=False)
        if isinstance(data, np.ndarray):
            return {"": data}
        with data:
            return {name: data[name] for name in data.files}
    # What numpy, zipfile, zlib and the header's parser raise has no common base.
    except Exception as found:
        words = str(found).partition("\n")[0] or type(found).__name__
        raise error(f"{path}: not a readable .npy or .npz file: {words}") from found
