"""Flash for weights, tables and parameters."""

import numpy as np

from tinycompile.program import Program


def constant_bytes(program: Program) -> int:
    """Flash for tables, equal ones once, and parameter structs at 4 bytes a field (none is wider)."""
    tables: dict[bytes, int] = {}
    fields = 0
    for item in program.layers:
        for value in item.call.params.values():
            if isinstance(value, np.ndarray):
                tables[str(value.dtype).encode() + value.tobytes()] = value.nbytes
            fields += len(value) if isinstance(value, tuple) else 1
    return sum(tables.values()) + 4 * fields
