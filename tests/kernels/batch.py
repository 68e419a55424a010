"""Many calls of kernels in one program, for the host with sanitizers or for a simulated core.

    def test_batch(tmp_path: Path) -> None:
        batch.run([batch.Case(KERNEL, call, [x]), ...], tmp_path)               # here
        batch.run(cases, tmp_path, batch.Build("cortex-m4", compiler="clang"))  # in QEMU

Each output must be what the case expects, by default what the kernel's reference says.
On the host every array is a variable of its own, which the address sanitizer fences.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from tinycompile.call import IN_PLACE, Call
from tinycompile.codegen.c import C_TYPES, table
from tinycompile.codegen.folder import fill
from tinycompile.codegen.generated import generated_files
from tinycompile.codegen.names import Names
from tinycompile.codegen.weights import layer
from tinycompile.kernel import Kernel
from tinycompile.program import Layer, Program
from tinycompile.row_form import RowForm
from tinycompile.simulate import qemu
from tinycompile.simulate.build import build_firmware, build_host, compile_objects
from tinycompile.target import Target

MAIN = """
static int same(const char *name, const void *got, const void *wanted, size_t bytes)
{{
    if (memcmp(got, wanted, bytes) == 0) {{
        return 1;
    }}
    sh_error(name);
    return 0;
}}

int main(void)
{{
    int good = 1;
{calls}
    return good ? 0 : 1;
}}
"""


@dataclass(frozen=True)
class Case:
    """A call or, with a `form`, those that make an image row by row; the first of several outputs.

    `states` are what becomes of the inputs that the call updates.
    """

    kernel: Kernel
    call: Call
    inputs: Sequence[NDArray[Any] | None]
    expected: NDArray[Any] | None = None
    form: RowForm | None = None
    states: Sequence[NDArray[Any]] = ()

    @property
    def output(self) -> NDArray[Any]:
        if self.expected is not None:
            return self.expected
        return self.kernel.reference(self.call.params, *self.inputs)


@dataclass(frozen=True)
class Build:
    target: str = "host"
    compiler: str = ""  # the usual one
    optimize: str = "-O1"
    flags: Sequence[str] = field(default=())


def run(cases: Sequence[Case], folder: Path, build: Build = Build()) -> None:
    """Raise, with the names of the cases that differ, unless all are equal."""
    target = Target.load(build.target)
    write(cases, folder, target)
    sources = sorted(folder.glob("*.c"))
    program = folder / "batch.elf"
    if target.is_host:
        how = {"compiler": build.compiler} if build.compiler else {}
        build_host(
            sources,
            [folder],
            program,
            sanitize=True,
            optimize=build.optimize,
            flags=build.flags,
            **how,
        )
    else:
        flags = [*build.flags]
        if build.compiler:
            flags = [flag for flag in flags if flag.startswith("-Wl,")]
            flags.append(compiled(sources, folder, target, build))
            sources = []
        build_firmware(sources, [folder], target, program, optimize=build.optimize, flags=flags)
    qemu.run(program, target, cwd=folder)


def compiled(sources: Sequence[Path], folder: Path, target: Target, build: Build) -> str:
    """What makes gcc link `sources` as another compiler made them, with gcc's own C library."""
    ask = ["arm-none-eabi-gcc", "-print-file-name=libc.a"]
    libc = Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())
    headers = f"-isystem{libc.parent.parent / 'include'}"
    flags = [headers, build.optimize, *target.cflags]
    flags += ["--target=arm-none-eabi"] * build.compiler.startswith("clang")
    objects = compile_objects(
        sources, [folder], folder / "objects", compiler=build.compiler, flags=[*flags, *build.flags]
    )
    archive = folder / "batch.a"
    subprocess.run(["arm-none-eabi-gcc-ar", "rcs", archive, *objects], check=True)
    return f"-Wl,--whole-archive,{archive},--no-whole-archive"


def write(cases: Sequence[Case], folder: Path, target: Target) -> None:
    """The C of a program whose status is 0 if all is equal."""
    program = Program("batch")
    for i, case in enumerate(cases):
        call = replace(case.call, params=case.form.params) if case.form else case.call
        program.layers.append(Layer(f"case{i}", f"case {i}", case.kernel, call, (), ()))
    names = Names("batch", {}, [], [])
    files = generated_files(program, target, names, "a batch of tests")
    for case in cases:
        files |= case.kernel.files()
    headers = sorted({case.kernel.header for case in cases} | files.keys() & {"batch_generated.h"})
    includes = ["semihosting.h", *headers]
    parts = [
        *(f'#include "{name}"\n' for name in includes),
        "#include <math.h>\n#include <string.h>\n\n",
    ]
    known: dict[bytes, str] = {}
    for item in program.layers:
        text = layer(item, item.call.params, names, known)
        parts.append(text.replace("const struct", "static const struct", 1))
    parts += [tables(i, case) for i, case in enumerate(cases)]
    calls = "\n".join(text for i, case in enumerate(cases) for text in lines(i, case))
    parts.append(MAIN.format(calls=calls))
    fill(folder, files | {"batch.c": "".join(parts)})


def tables(i: int, case: Case) -> str:
    """The arrays of a case."""
    arrays = {f"case{i}_input{j}": x for j, x in enumerate(case.inputs) if x is not None}
    arrays |= {f"case{i}_after{j}": state for j, state in enumerate(case.states)}
    arrays[f"case{i}_wanted"] = output = case.output
    kind = C_TYPES[str(output.dtype)]
    text = "".join(table(name, array) for name, array in arrays.items())
    text += f"static {kind} case{i}_got[{output.size}];\n"
    for j, state in enumerate(case.states):
        text += f"static {C_TYPES[str(state.dtype)]} case{i}_state{j}[{state.size}];\n"
    if (distance := overlap(case)) is not None:
        size = max(output.size, distance // output.itemsize + case.inputs[0].size)
        text += f"static {kind} case{i}_over[{size}];\n"
    if scratch := case.form.scratch if case.form else case.call.scratch:
        words = -(-scratch // 4)
        text += f"static uint32_t case{i}_scratch[{words}];\n"
    return text


def overlap(case: Case) -> int | None:
    """How many bytes before its only input an output of the same type may begin, to run into it."""
    if case.form:
        return None
    (distance, *rest) = case.kernel.overlaps(case.call.params) or (None,)
    one = (
        len(case.inputs) == 1
        and not (rest or case.kernel.variadic)
        and case.output.dtype == case.inputs[0].dtype
    )
    return None if not one or distance is None else 0 if distance == IN_PLACE else distance


def lines(i: int, case: Case) -> list[str]:
    """What runs and checks a case, on memory full of other bytes."""
    if case.form:
        return lines_of_rows(i, case, case.form)
    name = f"case{i}"
    inputs = ["NULL" if x is None else f"{name}_input{j}" for j, x in enumerate(case.inputs)]
    noise, states = [f"    memset({name}_got, 0x5A, sizeof {name}_got);"], []
    for j, updated in enumerate(case.call.updates):
        state = f"{name}_state{j}"
        noise.append(f"    memcpy({state}, {inputs[updated]}, sizeof {state});")
        text = f"{state} of {case.kernel.symbol}\\n"
        states.append(f'    good &= same("{text}", {state}, {name}_after{j}, sizeof {state});')
        inputs[updated] = state
    if case.kernel.variadic:
        inputs = [f"(const void *const[]){{{', '.join(inputs)}}}"]
    pointers = [f"&batch_{name}", *inputs]
    pointers += [f"{name}_got", *["NULL"] * (len(case.call.outputs) - 1)]
    if case.call.scratch:
        pointers.append(f"{name}_scratch")
        noise.append(f"    memset({name}_scratch, 0xA5, sizeof {name}_scratch);")
    elif case.kernel.takes_scratch:
        pointers.append("NULL")
    compared = f"{name}_wanted, sizeof {name}_wanted);"
    text = [
        *noise,
        f"    {case.kernel.symbol}({', '.join(pointers)});",
        f'    good &= same("{name} of {case.kernel.symbol}\\n", {name}_got, {compared}',
        *states,
    ]
    if (distance := overlap(case)) is not None:
        over = f"{name}_over"
        first = f"{over} + {distance // case.output.itemsize}"
        pointers[1:3] = [first, over]
        words = f"{name} of {case.kernel.symbol} over its input\\n"
        text += [
            f"    memcpy({first}, {name}_input0, sizeof {name}_input0);",
            f"    {case.kernel.symbol}({', '.join(pointers)});",
            f'    good &= same("{words}", {over}, {compared}',
        ]
    return text


def lines_of_rows(i: int, case: Case, form: RowForm) -> list[str]:
    """The same, row by row."""
    name, text = f"case{i}", [f"    memset(case{i}_got, 0x5A, sizeof case{i}_got);"]
    made = case.output.nbytes // form.height
    for y in range(form.height):
        rows = [
            "NULL" if at is None else f"{name}_input{j} + {at * (x.size // reads.height)}"
            for j, (x, reads) in enumerate(zip(case.inputs, form.reads, strict=True))
            for at in reads.rows(y)
        ]
        if form.scratch:
            text.append(f"    memset({name}_scratch, 0xA5, sizeof {name}_scratch);")
            rows.append(f"(const int8_t *){name}_scratch")
        pointers = f"(const int8_t *const[]){{{', '.join(rows)}}}"
        text.append(
            f"    {case.kernel.symbol}_row(&batch_{name}, {pointers}, {name}_got + {y * made});"
        )
    compared = f"{name}_wanted, sizeof {name}_wanted);"
    text.append(f'    good &= same("{name} of {case.kernel.symbol}_row\\n", {name}_got, {compared}')
    return text
