"""Operators that no kernel takes: from Relax by way of TVM's TIR to C of our own printing."""

from tinycompile.tir.generate import Generated, generate
from tinycompile.tir.kinds import Kind, kind
from tinycompile.tir.refused import Refused

__all__ = ["Generated", "Kind", "Refused", "generate", "kind"]
