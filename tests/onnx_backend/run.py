"""A case through the compiler and the C on this machine."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import onnx

from tests.fuzz.outcome import place
from tests.onnx_backend.cases import Array, Case, distance, in_scope

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

OK, REFUSED, WRONG, TRACEBACK = "ok", "refused", "wrong", "traceback"


@dataclass(frozen=True)
class Result:
    case: str
    operator: str
    status: str
    stage: str = ""  # of the compiler, where it was refused
    words: str = ""


def results(cases: Sequence[Case], jobs: int = 1) -> Iterator[Result]:
    if jobs == 1:
        yield from map(run, cases)
        return
    names = [case.name for case in cases]
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        yield from pool.map(run_named, names, chunksize=8)


def run_named(name: str) -> Result:
    """By name: the child of a fork has the cases already."""
    (case,) = (case for case in in_scope()[0] if case.name == name)
    return run(case)


def run(case: Case) -> Result:
    from tinycompile.errors import TinyCompileError
    from tinycompile.pipeline import compile

    stages = [""]
    with TemporaryDirectory(prefix="onnx-backend-") as name:
        folder = Path(name)
        path = folder / "model.onnx"
        onnx.save(case.model, path)
        try:
            made = compile(path, target="host", kernels="portable", progress=stages.append)
        except TinyCompileError as error:
            words = str(error).removeprefix(f"{path}: ")
            status = REFUSED if "\n" not in words else WRONG  # errors are of one line
            return Result(case.name, case.operator, status, stages[-1], words)
        except Exception as error:
            return Result(case.name, case.operator, TRACEBACK, stages[-1], place(error))
        try:
            words = difference(case, made, folder)
        except TinyCompileError as error:
            return Result(case.name, case.operator, WRONG, "C", str(error))
    return Result(case.name, case.operator, WRONG if words else OK, "numbers", words)


def difference(case: Case, made: "Compiled", folder: Path) -> str:
    """How far the outputs of the C are from those of the case, in words; "" if nowhere too far."""
    from tinycompile.simulate import build
    from tinycompile.simulate.harness import Harness, write_inputs
    from tinycompile.simulate.inputs import to_program, to_source

    names = [value.name for value in case.model.graph.input]
    feeds = dict(zip(names, case.inputs, strict=False))
    inputs = {
        t.name: to_program(as_type(feeds[t.name], t.dtype), t, made) for t in made.program.inputs
    }
    harness = Harness(made, 1)
    write_inputs(made, [inputs], folder)
    program = build.build_host(
        harness.sources(folder), [folder], folder / "harness", optimize="-O0"
    )
    build.run_host(program, folder, timeout=60)
    (found,) = harness.read(folder)
    values = sum(array.size for array in case.inputs)
    words = (
        distance(
            as_type(to_source(found[t.name], t.name, made), array.dtype),
            array,
            case.tolerance,
            terms=values / max(array.size, 1),
        )
        for t, array in zip(made.program.outputs, case.outputs, strict=True)
    )
    return next(filter(None, words), "")


def as_type(array: Array, dtype: object) -> Array:
    """In the type that the program has for the model's, or the other way round."""
    wanted = np.dtype(dtype)
    if {str(array.dtype), str(wanted)} == {"int8", "uint8"}:
        return (array.astype(np.int16) + (128 if wanted == np.uint8 else -128)).astype(wanted)
    return array.astype(wanted)
