"""Runs a kernel row by row, as a plan of rows has it called: every row on its own, in guarded memory."""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.kernels.runtime import Buffer, Run
from tinycompile.kernel import Kernel
from tinycompile.row_form import RowForm


def by_rows(
    run: Run, kernel: Kernel, form: RowForm, inputs: Sequence[NDArray[Any]], like: NDArray[Any]
) -> NDArray[Any]:
    """The output, of the shape and type of `like`; inputs and `like` have a batch of 1."""
    struct, tables = run.struct(kernel, form.params)
    rows = [
        [Buffer(row) for row in x.reshape(r.height, -1)]
        for x, r in zip(inputs, form.reads, strict=True)
    ]
    library = run.library(kernel)

    def call(ending: str, read: list[Buffer | None], made: Buffer) -> None:
        addresses = [ctypes.c_void_p(row and row.address) for row in read]
        pointers = (ctypes.c_void_p * len(read))(*addresses)
        function = getattr(library, f"{kernel.symbol}_{ending}")
        function.restype = None
        function(ctypes.byref(struct), pointers, ctypes.c_void_p(made.address))
        made.check("the row made", constant=False)

    made = [Buffer(np.full_like(row, 0x5A)) for row in like.reshape(form.height, -1)]
    if form.sums:
        sums = Buffer(np.full(form.sums // 4, 0x5A5A5A5A, np.int32))
        for y in form.reads[0].order:
            call("sum", [rows[0][y], sums if y else None], sums)
        call("end", [sums], made[0])
    else:
        for y, row in enumerate(made):
            scratch = [Buffer(np.full(-(-form.scratch // 4), 0x5A5A5A5A, np.int32))] * (
                form.scratch > 0
            )
            found = [
                (of[at] if at is not None else None)
                for of, reads in zip(rows, form.reads, strict=True)
                for at in reads.rows(y)
            ]
            call("row", [*found, *scratch], row)
    for buffer in (*tables.values(), *(row for of in rows for row in of)):
        buffer.check("what is read")
    return np.stack([row.array for row in made]).reshape(like.shape)
