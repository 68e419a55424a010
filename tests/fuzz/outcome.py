"""What became of a seed."""

import re
import traceback
from dataclasses import dataclass
from pathlib import Path

FINE = {"ok", "refused", "no model", "oracle refused"}


@dataclass(frozen=True)
class Outcome:
    seed: int
    status: str
    why: str = ""

    @property
    def fine(self) -> bool:
        return self.status in FINE

    @property
    def reason(self) -> str:
        """`why` without names and numbers, to count by."""
        text = re.sub(r"^\S*\.(onnx|tflite): ", "", self.why.split("\n")[0])
        for found, put in ((r"\"[^\"]*\"|'[^']*'", '"…"'), (r"\[[^\]]*\]|\([^)]*\d[^)]*\)", "(…)")):
            text = re.sub(found, put, text)
        return re.sub(r"-?\d+(\.\d+)?(e-?\d+)?", "N", text)[:160]


def place(error: BaseException) -> str:
    """The innermost place in the project, and the error in a line."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/tinycompile/" in f.filename or "/passes/" in f.filename]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else "?"
    lines = str(error).strip().splitlines() or [""]
    return f"{where}: {type(error).__name__}: {lines[-1][:300]}"
