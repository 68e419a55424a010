"""The harness shows what depends on the bytes that an arena held before a run."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.small_model import small_model
from tests.tflite_micro import random_inputs
from tinycompile.errors import SimulationError
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate.harness import run_on_host


@pytest.fixture
def compiled(tmp_path: Path) -> Compiled:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(small_model())
    return compile(path, target="host", kernels="portable")


def test_what_was_never_written_is_an_error(compiled: Compiled, tmp_path: Path) -> None:
    inputs = [{"image": random_inputs(small_model(), seed)[0]} for seed in range(2)]
    run_on_host(compiled, inputs, tmp_path)
    first, source = compiled.program.layers[0].name, compiled.files["tiny.c"]
    assert source.count(f"    {first}(arena);\n") == 1
    without = source.replace(f"{first}(arena);", f"(void){first};")
    said = r'^tiny: "scores" of run 0 depends on what the arena held before; this is a bug in TinyCompile$'
    with pytest.raises(SimulationError, match=said):
        run_on_host(replace(compiled, files=compiled.files | {"tiny.c": without}), inputs, tmp_path)
