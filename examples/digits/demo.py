"""What `make demo` runs: compile the digits model for a Cortex-M4, run it in QEMU, show what it saw."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel

import tinycompile
from tinycompile.errors import TinyCompileError
from tinycompile.report import tables
from tinycompile.simulate import build, harness, inputs, size

HERE = Path(__file__).parent
LIBRARY = HERE.parents[1] / "build" / "digits"
SHADES = " .:-=+*#%@"


def picture(image: np.ndarray, label: int, seen: int) -> Panel:
    """An (8, 8) image of 0..1, two characters a pixel."""
    rows = ["".join(SHADES[int(v * 9)] * 2 for v in row) for row in image]
    title, style = (f"{seen}", "") if seen == label else (f"{seen}, but is {label}", "red")
    return Panel("\n".join(rows), title=title, style=style, width=20)


def main(console: Console) -> None:
    model = HERE / "digits_int8.onnx"
    compiled = tinycompile.compile(model, target="cortex-m4", name="digits", kernels="portable")
    compiled.write(LIBRARY)
    console.print(tables.render(compiled.report), f"\nThe C library is in {LIBRARY}/.")

    data = np.load(HERE / "images.npz")
    (image,), (probabilities,) = compiled.program.inputs, compiled.program.outputs
    runs = [{image.name: inputs.to_program(x, image, compiled)} for x in data["images"]]
    with console.status("building firmware, running it in QEMU"), TemporaryDirectory() as folder:
        outputs = harness.run_on_target(compiled, runs, Path(folder))
        sources = [*LIBRARY.glob("*.c")]
        gcc, flags = build.find_compiler(compiled.target), ["-O2", *compiled.target.cflags]
        objects = build.compile_objects(sources, [], Path(folder), compiler=gcc, flags=flags)
        parts = [size.sizes(unit) for unit in objects]
    seen = [int(output[probabilities.name].argmax()) for output in outputs]
    labels = data["labels"].tolist()
    console.print(Columns(map(picture, data["images"][:, 0], labels, seen), padding=0))
    right, ram = sum(map(int.__eq__, seen, labels)), sum(part.ram for part in parts)
    console.print(f"Recognised {right} of {len(labels)} on {compiled.target.machine} in QEMU.")
    console.print(f"Flash: {sum(part.flash for part in parts):,} bytes, code and weights.")
    console.print(f"RAM:   {compiled.memory.arena_bytes + ram:,} bytes, the arena; and the stack.")


if __name__ == "__main__":
    try:
        main(Console(highlight=False))
    except TinyCompileError as error:
        sys.exit(f"error: {error}")
