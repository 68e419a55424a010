"""A family of kernels: what users choose by name, and where its kernels come from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.target import Target

if TYPE_CHECKING:  # TVM takes two seconds, and users ask for names only
    from tinycompile.kernel import Kernel


@dataclass(frozen=True)
class Family:
    """`kernels` makes those for a target, and for the copy of CMSIS-NN at hand, in order of priority."""

    name: str  # as users type it
    description: str
    kernels: Callable[[Target, CmsisNN | None], "list[Kernel]"]


def modules(package: str, names: Iterable[str]) -> list[ModuleType]:
    """The files of kernels below `package`, in the order of `names`."""
    return [import_module(f"{package}.{name}") for name in names]
