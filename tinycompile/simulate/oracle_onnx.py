"""ONNX Runtime as the oracle: each layer, fed what our C fed it, within 1 LSB."""
from typing import Any
def compare(compiled: Any, inputs: Any, ours: Any) -> Any:
    raise NotImplementedError
