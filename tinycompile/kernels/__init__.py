"""Every kernel, a folder for each family; the names of families are what --kernels takes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.errors import InvalidOption
from tinycompile.families import AUTO
from tinycompile.kernels import cmsis_nn, dsp, mve, portable
from tinycompile.target import Target

if TYPE_CHECKING:  # TVM takes two seconds
    from tinycompile.kernel import Kernel

# In order of priority. Within a family, the first kernel that applies wins.
FAMILIES = (
    dsp.FAMILY,
    mve.FAMILY,
    cmsis_nn.FAMILY,
    portable.FAMILY,
)
MODES = (AUTO, *(family.name for family in FAMILIES))


def check_mode(asked: str, more: Iterable[str]) -> None:
    """Raise unless --kernels can be so: AUTO, or a family of ours or one `more`."""
    if asked not in (known := [*MODES, *more]):
        raise InvalidOption(f"--kernels {asked}: must be one of {', '.join(known)}")


def kernels_for(target: Target, copy: CmsisNN | None) -> "list[Kernel]":
    """All kernels, those made for `target` and the `copy` of CMSIS-NN among them."""
    return [kernel for family in FAMILIES for kernel in family.kernels(target, copy)]
