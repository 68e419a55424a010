"""A call of a kernel, as its `lower` function states it: all of it that the graph had to say."""

from dataclasses import dataclass

import numpy as np

# A field of a kernel's parameter struct: a number, a short inline array, or a table in flash, NULL if empty.
Param = int | float | tuple[int, ...] | tuple[float, ...] | np.ndarray


@dataclass(frozen=True)
class Call:
    """One call of a kernel, as its `lower` function states it.

    `inputs` are the pattern's parts that the C function takes as pointers, in order, "" for a NULL. `outputs`
    say of several which are computed; for the others the C function gets NULL. `params` are the
    fields of the C struct of the kernel's name, in order. `scratch` is in bytes. `in_place` are the
    positions in `inputs` whose memory the output may take over. `saved` are the bytes of constants that
    packing saves. `alignment` is what scratch asks for, in bytes. `overwrites` are pairs of an input and one
    of several outputs, which may share memory.
    """

    inputs: tuple[str, ...]
    params: dict[str, Param]
    macs: int = 0
    scratch: int = 0
    in_place: tuple[int, ...] = ()
    updates: tuple[int, ...] = ()
    saved: int = 0
    alignment: int = 1
    outputs: tuple[bool, ...] = (True,)
    overwrites: tuple[tuple[int, int], ...] = ()
