"""The kernels in C, as in tests/kernels."""

from tests.kernels.conftest import run

__all__ = ["run"]
