"""A plug-in of TinyCompile: the operator Delta with an int8 kernel, a pass, and a board."""

from pathlib import Path

from tinycompile.plugins.registry import Registry

from .delta import convert
from .delta_s8 import KERNEL
from .remove_double_negation import RemoveDoubleNegation


def register(registry: Registry) -> None:
    registry.add_operator("com.example.Delta", convert)  # of ONNX
    registry.add_operator("Delta", convert)  # of TFLite
    registry.add_kernel(KERNEL)
    registry.add_pass(RemoveDoubleNegation(), phase="canonicalize")
    registry.add_targets(Path(__file__).parent / "targets")
