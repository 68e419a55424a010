"""Models with a state: where it lies, what the header says of it, that streams begin anew."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from tests.operators.test_svdf import svdf
from tests.tflite_micro import random_inputs, stream_through_tflite_micro
from tinycompile import codegen, pipeline
from tinycompile.codegen.folder import fill
from tinycompile.codegen.library import Model
from tinycompile.errors import Mismatch
from tinycompile.pipeline import Compiled
from tinycompile.program import State
from tinycompile.report import tables
from tinycompile.simulate import verify
from tinycompile.simulate.build import build_host

RUNS = 6
DATA = svdf("int8", 2, 4, -50, layers=3)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "stream.tflite"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def compiled(model: Path) -> Compiled:
    return pipeline.compile(model, target="host", kernels="portable")


def test_states_come_first_in_the_arena_and_nothing_else_lies_there(compiled: Compiled) -> None:
    program, plan = compiled.program, compiled.memory
    states = {state.tensor.storage for state in program.states}
    assert plan.state_bytes == sum(state.tensor.nbytes for state in program.states) == 3 * 48
    assert sorted(plan.offsets[name] for name in states) == [0, 48, 96]
    others = [plan.offsets[t.storage] for t in program.tensors.values() if t.storage not in states]
    assert min(others) >= plan.state_bytes
    assert plan.arena_bytes > max(others)


def test_the_report_has_the_states(compiled: Compiled) -> None:
    assert [state["name"] for state in compiled.report["states"]] == ["state0", "state1", "state2"]
    assert compiled.report["ram"]["state_bytes"] == 144
    assert "state 144" in str(tables.memory_table(compiled.report).columns[-1]._cells)


def test_the_header_documents_the_state(compiled: Compiled) -> None:
    header = compiled.files["stream.h"]
    assert "#define STREAM_STATE_BYTES 144" in header
    assert "void stream_reset(void *arena);" in header
    assert '"state1": int8_t (1, 48) at byte 48' in header
    assert "needs no initialisation" not in header
    assert "stream_reset(arena);" in compiled.files["examples/main.c"]


def test_a_stateless_model_has_no_reset(tmp_path: Path) -> None:
    from tests.small_model import small_model

    path = tmp_path / "small.tflite"
    path.write_bytes(small_model())
    files = pipeline.compile(path, target="host", kernels="portable").files
    assert not any("_reset" in text for text in files.values())


class Library:
    """The library, built, and one arena for it."""

    def __init__(self, compiled: Compiled, folder: Path) -> None:
        fill(folder / "library", compiled.files)
        sources = [*(folder / "library").glob("*.c")]
        built = folder / "stream.so"
        build_host(sources, [folder / "library"], built, sanitize=True, optimize="-O1")
        self.c = ctypes.CDLL(str(built))
        self.arena = np.full(compiled.memory.arena_bytes, 77, np.int8)
        self.state = self.arena[: compiled.memory.state_bytes]
        self.scratch = self.arena[compiled.memory.state_bytes :]
        offsets, program = compiled.memory.offsets, compiled.program
        self.input = self.arena[offsets[program.inputs[0].storage] :][:9]
        self.output = self.arena[offsets[program.outputs[0].storage] :][:6]

    def reset(self) -> None:
        self.c.stream_reset(self.arena.ctypes.data_as(ctypes.c_void_p))

    def run(self, seed: int) -> bytes:
        self.scratch[:] = seed  # others may use it between runs
        self.input[:] = random_inputs(DATA, seed)[0].ravel()
        self.c.stream_run(self.arena.ctypes.data_as(ctypes.c_void_p))
        return self.output.tobytes()

    def stream(self, seeds: range) -> list[bytes]:
        self.reset()
        return [self.run(seed) for seed in seeds]


def test_reset_begins_a_stream_anew(compiled: Compiled, tmp_path: Path) -> None:
    library = Library(compiled, tmp_path)
    first = library.stream(range(RUNS))
    assert library.stream(range(RUNS)) == first
    assert library.stream(range(1, RUNS)) != first[1:]
    sequence = [random_inputs(DATA, seed) for seed in range(RUNS)]
    theirs = stream_through_tflite_micro(DATA, sequence)
    assert first == [outputs[0].tobytes() for outputs in theirs]


def test_two_streams_share_an_arena_but_for_its_first_bytes(
    compiled: Compiled, tmp_path: Path
) -> None:
    library = Library(compiled, tmp_path)
    seeds = [range(RUNS), range(10, 10 + RUNS)]
    alone = [library.stream(of) for of in seeds]
    library.reset()
    states = [library.state.copy(), library.state.copy()]
    together: list[list[bytes]] = [[], []]
    for pair in zip(*seeds, strict=True):
        for i, seed in enumerate(pair):
            library.state[:] = states[i]
            together[i].append(library.run(seed))
            states[i] = library.state.copy()
    assert together == alone
    assert alone[0] != alone[1]


def test_a_state_that_starts_with_several_values_is_copied(compiled: Compiled) -> None:
    program = compiled.program
    start = np.arange(48, dtype=np.int8).reshape(1, 48)
    program.states[0] = State(program.states[0].tensor, start)
    model = Model(program, compiled.memory, "stream", compiled.target)
    files = codegen.emit(codegen.library.Library("stream", (model,)))
    assert "static const int8_t state0_initial[48] = {\n    0, 1, 2" in files["stream.c"]
    assert "memcpy((int8_t *)arena + at_state0, state0_initial, 48);" in files["stream.c"]
    compiled.files["stream.c"] = files["stream.c"]
    with pytest.raises(Mismatch, match="SVDF"):  # TFLite Micro begins with zero points
        verify.verify(compiled, verify.random_inputs(compiled, runs=RUNS))


def test_verify_compares_a_stream(compiled: Compiled) -> None:
    inputs = verify.random_inputs(compiled, runs=RUNS)
    verified = verify.verify(compiled, inputs)
    assert (verified.runs, verified.largest_difference) == (RUNS, 0)
    first = "layer00_svdf_s8(int8_t *arena)\n{"
    forgets = f"{first}\n    stream_reset(arena);"
    compiled.files["stream.c"] = compiled.files["stream.c"].replace(first, forgets)
    with pytest.raises(Mismatch, match="of run 1"):
        verify.verify(compiled, inputs)
