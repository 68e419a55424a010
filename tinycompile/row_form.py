"""How a kernel makes its output a row at a time: what a plan of rows needs to know of a call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tinycompile.call import Call, Param

Shape = tuple[int, ...]
FORMS = ("row", "sum", "end")  # what the names of such C functions end with
MOST = 255  # rows of a window, its stride and dilation: bytes in tables


@dataclass(frozen=True)
class Reads:
    """The rows of an input that a row of the output is made of.

    They are `taps` of `order`, `dilation` apart, from `y * stride - pad` on; outside of it is padding.
    `order` are the rows of the tensor, not always each once: a tensor of one row may be read by all.
    """

    order: tuple[int, ...]
    taps: int = 1
    stride: int = 1
    dilation: int = 1
    pad: int = 0

    @property
    def height(self) -> int:
        """Rows that the tensor has."""
        return max(self.order) + 1

    def rows(self, y: int) -> list[int | None]:
        """Of the output's row `y`, in order; None is padding."""
        first = y * self.stride - self.pad
        places = range(first, first + self.taps * self.dilation, self.dilation)
        return [self.order[at] if 0 <= at < len(self.order) else None for at in places]


@dataclass(frozen=True)
class RowForm:
    """A call as C functions that take pointers to rows and write one row.

    `params` are the fields of the kernel's struct, for a row. With `sums`, in bytes, the output is one row,
    made in the end by `SYMBOL_end` of what `SYMBOL_sum` makes of the rows of the input, one after the other.
    Without, `SYMBOL_row` makes each of `height` rows, with so many bytes of `scratch`.
    """

    height: int
    reads: tuple[Reads, ...]
    params: dict[str, Param] = field(repr=False)
    sums: int = 0
    scratch: int = 0

    @property
    def fits(self) -> bool:
        """Whether the tables of a library have room for it."""
        numbers = [n for read in self.reads for n in (read.taps, read.stride, read.dilation)]
        return max(numbers) <= MOST


# (call, shapes of the inputs, shape of the output) -> how it is made row by row, if it can be.
Rows = Callable[[Call, Sequence[Shape], Shape], RowForm | None]


def windows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of a convolution or pool, whose struct has the usual names."""
    if output[0] != 1:
        return None
    p = call.params
    height, taps, stride, dilation, pad = (
        int(p[name])  # type: ignore[arg-type]
        for name in ("input_h", "kernel_h", "stride_h", "dilation_h", "pad_top")
    )
    reads = Reads(tuple(range(height)), taps, stride, dilation, pad)
    return RowForm(output[1], (reads,), p)


def pools(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of an average pool: sums, where its one window is the whole image."""
    p = call.params
    whole = (1, 1, p["input_h"], p["input_w"]) == (
        p["output_h"], p["output_w"], p["kernel_h"], p["kernel_w"],
    )  # fmt: skip
    if not whole or p["pad_top"] or p["pad_left"] or output[0] != 1:
        return windows(call, inputs, output)
    return sums(inputs[0], p)


def sums(shape: Shape, params: dict[str, Param]) -> RowForm:
    """Of all pixels of an image of `shape`."""
    reads = Reads(tuple(range(shape[1])))
    return RowForm(1, (reads,), params, sums=4 * shape[-1])


def counted(name: str) -> Rows:
    """Of a kernel that treats all elements, or what else its field `name` counts, alike."""

    def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
        if not is_image(output) or inputs[0][:3] != output[:3]:
            return None
        count: int = call.params[name]  # type: ignore[assignment]
        reads = Reads(tuple(range(output[1])))
        return RowForm(output[1], (reads,), call.params | {name: count // output[1]})

    return rows


def walked(*steps: str) -> Rows:
    """Of a kernel that walks operands by `steps` over its `shape`; those that are no inputs are constants."""

    def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
        if not is_image(output):
            return None
        shape: tuple[int, ...] = call.params["shape"]  # type: ignore[assignment]
        axis = next((i for i, size in enumerate(shape) if size > 1), len(shape) - 1)
        size, rest = divmod(shape[axis], output[1])
        moves = [call.params[name][axis] * size for name in steps]  # type: ignore[index]
        if rest or any(moves[len(inputs) :]):
            return None  # rows end amid a step, or a constant is another for each
        reads = tuple(
            Reads(tuple(range(output[1])) if move else (0,) * output[1])
            for move in moves[: len(inputs)]
        )
        of_row = tuple(size if i == axis else extent for i, extent in enumerate(shape))
        return RowForm(output[1], reads, call.params | {"shape": of_row})

    return rows


def means(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of the mean or sum of all pixels of an image."""
    p, shape = call.params, inputs[0]
    if not is_image(shape) or p["kept"][0] != 1 or p["reduced"] != (shape[1] * shape[2], 1):  # type: ignore[index]
        return None
    return sums(shape, p | {"reduced": (shape[2], 1)})


def joined(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of a concatenation along columns or channels."""
    rows: int = call.params["rows"]  # type: ignore[assignment]
    if not is_image(output) or rows < output[1]:
        return None
    reads = tuple(Reads(tuple(range(output[1]))) for _ in inputs)
    return RowForm(output[1], reads, call.params | {"rows": rows // output[1]})


def resized(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of a resize that copies the rows that its `rows` list."""
    if output[0] != 1:
        return None
    order = tuple(int(row) for row in call.params["rows"])  # type: ignore[union-attr]
    return RowForm(output[1], (Reads(order),), call.params)


def is_image(shape: Shape) -> bool:
    return len(shape) == 4 and shape[0] == 1
