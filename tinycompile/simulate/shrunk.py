"""Tensors that shrinking left channels out of, as the original has them."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

Arrays = dict[str, np.ndarray]


def whole(compiled: "Compiled", ours: Arrays) -> Arrays:
    """Tensors that shrinking left channels out of, with these as they always are."""
    channels = {t.name: compiled.channels(t) for t in compiled.program.tensors.values()}
    return {
        name: found.whole(ours[name])
        for name, found in channels.items()
        if found is not None and name in ours
    }


def with_unread(compiled: "Compiled", ours: Arrays, theirs: Arrays) -> Arrays:
    """The same tensors: channels that nothing reads, which are not computed, as the oracle has them."""
    found = {}
    for name in ours.keys() & theirs.keys():
        channels = compiled.channels(compiled.program.tensors[name])
        if channels is not None and channels.unknown.size:
            found[name] = ours[name].copy()
            found[name][..., channels.unknown] = theirs[name][..., channels.unknown]
    return found
