"""A channel that nothing reads, or only with weights of 0, is not computed.

Its filters go, and it is left out of all that makes it or hands it on.
"""

from typing import Any

import numpy as np
import tvm

from tinycompile.kernel import Kernel
from tinycompile.passes.shrink.remove_channels import RemoveChannels
from tinycompile.shrinking.ranges import Ranges
from tinycompile.shrinking.reading import Reading
from tinycompile.shrinking.record import Record


@tvm.transform.module_pass(opt_level=0, name="RemoveUnreadChannels")
class RemoveUnreadChannels:
    """`kernels` say which values the channels had, for the `record`."""

    def __init__(self, kernels: list[Kernel], record: Record) -> None:
        self.kernels, self.record = kernels, record

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        reading = Reading(mod)
        channels, needed = reading.channels, reading.needed()
        kept = {
            name: np.flatnonzero(needed[groups])
            for name, groups in channels.groups.items()
            if not needed[groups].all()
        }
        self.record.measure(mod)
        if not kept:
            return mod
        ranges = Ranges(mod, self.kernels)
        ends = {v.name: (found.low, found.high) for v, found in ranges.of.items() if v.name in kept}
        counts = {name: len(channels.groups[name]) for name in kept}
        self.record.cut(kept, counts, ends)
        remove: Any = RemoveChannels(kept)
        result = remove(mod)
        self.record.measure(result)
        return result
