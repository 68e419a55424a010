"""Blocks of a builder of Relax, which TVM complains of when an error leaves them open."""

from collections.abc import Iterator
from contextlib import contextmanager

from tvm import relax


@contextmanager
def dataflow(builder: relax.BlockBuilder) -> Iterator[None]:
    """A block of a function that `builder` makes; an error inside ends the function's, too."""
    try:
        with builder.dataflow():
            yield
    except BaseException:
        builder._end_block()  # of the function: it begins where the inner one ended
        raise
