"""What of a program can run row by row: the stages that each layer is then, and when each is called."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinycompile.program import Layer, Program
from tinycompile.row_form import Reads, RowForm

Calls = list[tuple[int, int]]  # a stage's place in a list, and the row that it makes


@dataclass(frozen=True)
class Stage:
    """A C function that is called `height` times, once for each row of `output`.

    With `sums` it makes one row, the sums of what it was called with so far; each call writes over the last.
    Without inputs nothing is called: the caller of the library brings the row.
    """

    layer: int
    function: str
    inputs: tuple[tuple[str, Reads], ...]  # by Tensor.storage, as is `output`
    output: str
    height: int
    row_bytes: int
    sums: bool = False
    scratch: int = 0  # bytes, that are nobody else's during a call
    # For each input how far before a row of it, at least, the row that is made must begin to run into it.
    distances: tuple[int | None, ...] = ()


def stages(program: Program) -> list[tuple[Stage, ...]]:
    """Of each layer; none where it needs its inputs as a whole.

    All who make or read a tensor see as many rows in it: a layer that sees others than those before is none.
    """
    heights: dict[str, int] = {}
    kept = {state.tensor.storage for state in program.states}
    nbytes = {t.storage: t.nbytes for t in program.tensors.values()}
    found = []
    for i, layer in enumerate(program.layers):
        made = of_layer(i, layer, kept, nbytes)
        seen = dict(rows_seen(made))
        fits = all(
            heights.get(name, rows) == rows and nbytes[name] % rows == 0
            for name, rows in seen.items()
        )
        found.append(made if fits else ())
        heights |= seen if fits else {}
    return found


def of_layer(i: int, layer: Layer, kept: set[str], nbytes: dict[str, int]) -> tuple[Stage, ...]:
    form, storages = row_form(layer), [t.storage for t in layer.inputs]
    if form is None or not kept.isdisjoint([*storages, layer.output.storage]):
        return ()
    symbol, output = layer.kernel.symbol, layer.output.storage
    inputs = tuple(zip(storages, form.reads, strict=True))
    if not form.sums:
        row, near = nbytes[output] // form.height, distances(layer, form)
        function, scratch = f"{symbol}_row", form.scratch
        return (Stage(i, function, inputs, output, form.height, row, False, scratch, near),)
    sums, rows = f"sums of {layer.name}", len(form.reads[0].order)
    last = ((sums, Reads((rows - 1,))),)
    return (
        Stage(i, f"{symbol}_sum", inputs, sums, rows, form.sums, sums=True),
        Stage(i, f"{symbol}_end", last, output, 1, nbytes[output]),
    )


def row_form(layer: Layer) -> RowForm | None:
    if layer.kernel.rows is None or len(layer.outputs) != 1 or layer.call.updates:
        return None
    shapes = [t.shape for t in layer.inputs]
    form = layer.kernel.rows(layer.call, shapes, layer.output.shape)
    return form if form and form.fits else None


def distances(layer: Layer, form: RowForm) -> tuple[int | None, ...]:
    """Those of the kernel, of an image of one row."""
    one = {"input_h": 1, "output_h": 1, "kernel_h": 1, "stride_h": 1, "dilation_h": 1, "pad_top": 0}
    return layer.kernel.overlaps(form.params | (one if "kernel_h" in form.params else {}))


def rows_seen(made: Sequence[Stage]) -> Iterator[tuple[str, int]]:
    """Tensors of the program that stages read and make, and the rows that those see in them."""
    sums = {stage.output for stage in made if stage.sums}
    for stage in made:
        yield from ((name, reads.height) for name, reads in stage.inputs if name not in sums)
        if not stage.sums:
            yield stage.output, stage.height


def calls(line: Sequence[Stage]) -> Calls:
    """The order in which `line`, whose stages stand in the order of the program, is called.

    A row goes as far as it gets before the next one comes: of the stages that can be called, the last is.
    What those before do is then the same whoever comes behind them.
    """
    made = {stage.output: 0 for stage in line}
    readers = {stage.output: i for i, stage in enumerate(line)}
    for i, stage in enumerate(line):
        readers |= {name: i for name, _ in stage.inputs if name in made}
    needs = [
        [
            [(name, last_row(reads, y)) for name, reads in s.inputs if name in made]
            for y in range(s.height)
        ]
        for s in line
    ]
    found: Calls = []
    i = len(line) - 1
    while i >= 0:
        stage = line[i]
        y = made[stage.output]
        if y < stage.height and all(made[name] > row for name, row in needs[i][y]):
            found.append((i, y))
            made[stage.output] = y + 1
            i = max(
                i, readers[stage.output]
            )  # nobody behind those who read this can do more than before
        else:
            i -= 1
    assert len(found) == sum(stage.height for stage in line), "a stage waits for ever"
    return found


def last_row(reads: Reads, y: int) -> int:
    """The last row that row `y` of the output needs; -1 if that is padding alone."""
    return max((row for row in reads.rows(y) if row is not None), default=-1)
