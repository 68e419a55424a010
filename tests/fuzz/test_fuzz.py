"""A few hundred seeds of every kind, and that the fuzzers see what they look for.

`make fuzz` goes on from a random seed.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fuzz import graphs, programs
from tests.fuzz.kinds import KINDS
from tests.fuzz.outcome import Outcome
from tinycompile import pipeline

SEEDS = {
    "onnx-qdq": 100,
    "onnx-float": 100,
    "tflite-int8": 100,
    "tflite-dsp": 40,
    "tflite-mve": 40,
    "damaged-files": 100,
    "command-lines": 40,
}
CLEAN = 1  # a seed of tflite-int8 whose outcome is "ok"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fuzz")
    programs.build_kernels(made)
    return made


def outcomes(kind: str, seeds: range, folder: Path) -> list[Outcome]:
    return list(KINDS[kind](seeds, folder, None))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_found(kind: str, folder: Path) -> None:
    found = outcomes(kind, range(SEEDS[kind]), folder)
    assert len(found) == SEEDS[kind]
    bad = [f"seed {o.seed}: {o.status}: {o.why}" for o in found if not o.fine]
    assert not bad, f"python -m tests.fuzz {kind} --seeds SEED shows it again:\n" + "\n".join(bad)
    assert sum(outcome.status == "ok" for outcome in found) > len(found) / 5


def test_a_wrong_result_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_inputs(subject: programs.Subject, path: Path) -> None:
        for arrays in subject.inputs:
            arrays |= {name: np.roll(array, 1) for name, array in arrays.items()}
        write(subject, path)

    write = programs.Subject.write_inputs
    monkeypatch.setattr(programs.Subject, "write_inputs", other_inputs)
    assert outcomes("tflite-int8", range(CLEAN, CLEAN + 1), folder)[0].status == "wrong"


def test_what_the_arena_held_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_inputs(subject: programs.Subject) -> str:
        return source(subject).replace("get(in, arena", "(void)get; (void)(in, arena")

    source = programs.Subject.source
    monkeypatch.setattr(programs.Subject, "source", without_inputs)
    monkeypatch.setattr(programs, "WARNINGS", ["-std=c99"])
    assert outcomes("tflite-int8", range(CLEAN, CLEAN + 1), folder)[0].status == "unstable"


@pytest.mark.parametrize(
    ("compile", "status"),
    [
        (lambda *_, **__: {}["missing"], "traceback"),
        (lambda *_, **__: time.sleep(60), "hang"),
        (lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL), "crash"),
    ],
)
def test_a_compiler_that_ends_badly_is_seen(
    compile: Any, status: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphs, "SILENCE", 1.0)
    monkeypatch.setattr(pipeline, "compile", compile)
    found = outcomes("tflite-int8", range(CLEAN, CLEAN + 2), folder)
    assert [outcome.status for outcome in found] == [status, status]
