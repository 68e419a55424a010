"""An example: each model of a library once, on zeros. To be replaced by the firmware's own."""

from tinycompile.codegen import lines, regions
from tinycompile.codegen.library import Library, Model
from tinycompile.program import Tensor


def main(library: Library) -> str:
    """As a C program."""
    return f"{functions(library)}\nint main(void)\n{{\n{resets(library)}    return {calls(library)};\n}}\n"


def task(library: Library, name: str) -> str:
    """As a function `name` that some operating system calls."""
    body = f"{resets(library)}    const int zeros = {calls(library)};\n    (void)zeros;\n"
    return f"{functions(library)}\nvoid {name}(void);\n\nvoid {name}(void)\n{{\n{body}}}\n"


def calls(library: Library) -> str:
    return " + ".join(f"run_{one.program.name}()" for one in library.models)


def functions(library: Library) -> str:
    """The arena, and a function a model; C and C++ at once."""
    include = f'#include "{library.headers[0]}"\n\n#include <string.h>\n'
    others = "".join(map(buffers, library.models))
    return "\n".join([include, f"{library.arena}\n{others}", *map(function, library.models)])


def buffers(one: Model) -> str:
    """Those that lie beside the arena, to be placed by the firmware."""
    to = one.plan.alignment
    sizes = {regions.word(region): regions.size(region, one.names) for region in one.plan.regions}
    return "".join(
        f"static int{8 * to}_t {word}[{size} / {to}]; /* in that memory */\n"
        for word, size in sizes.items()
    )


def function(one: Model) -> str:
    names = one.names
    fill = "".join(
        f"    memset({accessor}(arena), {zero(t)}, {accessor.upper()}_COUNT * sizeof *{accessor}(arena));\n"
        for t, accessor in zip(one.program.inputs, names.inputs, strict=True)
    )
    run = (
        f"    /* Replace with real data: a run overwrites its inputs. */\n{fill}"
        f"    {names.prefix}_run(arena);\n"
    )
    if one.plan.fed:
        run = lines.example(names, zero(one.program.inputs[0]))
    return (
        f"static int run_{names.prefix}(void)\n{{\n{run}"
        f"    return {names.outputs[0]}(arena)[0] == 0; /* read the outputs here */\n}}\n"
    )


def resets(library: Library) -> str:
    """What comes before all runs, if anything."""
    given = [
        f"    {regions.call(one.plan, one.names)}\n" for one in library.models if one.plan.regions
    ]
    return "".join(given) + "".join(
        f"    {one.program.name}_reset(arena); /* a stream begins */\n"
        for one in library.models
        if one.program.states
    )


def zero(t: Tensor) -> int:
    return t.quantization.zero_point if t.quantization and t.dtype == "int8" else 0
