"""Flash for weights, tables and parameters."""

import numpy as np

from tinycompile.program import Program

FIELD_BYTES = 4  # of a parameter struct: none is wider


def constant_bytes(program: Program) -> int:
    """All of it."""
    return sum(by_layer(program))


def by_layer(program: Program) -> list[int]:
    """What each layer brings: its parameters, and those of its tables that no layer before it has."""
    seen: set[bytes] = set()
    brought = []
    for item in program.layers:
        nbytes = 0
        for value in item.call.params.values():
            if isinstance(value, np.ndarray):
                table = str(value.dtype).encode() + value.tobytes()
                nbytes += 0 if table in seen else value.nbytes
                seen.add(table)
            nbytes += FIELD_BYTES * (len(value) if isinstance(value, tuple) else 1)
        brought.append(nbytes)
    return brought
