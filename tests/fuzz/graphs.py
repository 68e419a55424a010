"""Sound graphs: compiled, built, run, compared with the oracle."""

import json
import os
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from tests.fuzz import oracles, programs
from tests.fuzz.choices import Rejected
from tests.fuzz.onnx_models import onnx_float, onnx_qdq
from tests.fuzz.outcome import Outcome, place
from tests.fuzz.programs import Arrays, Failed, Results, Subject
from tests.fuzz.tflite_models import tflite_int8
from tinycompile import cmsis_nn, pipeline
from tinycompile.errors import TinyCompileError
from tinycompile.simulate.inputs import to_program

BATCH = 20  # graphs in one program
SILENCE = 120.0  # seconds without a sign of life that count as a hang
RAM, FLASH = 1 << 26, 1 << 28
COMPILED_TWICE = 20  # every so many seeds: the same model, the same bytes


@dataclass(frozen=True)
class Kind:
    make: Callable[[int, int | None], tuple[Any, list[Arrays]]]
    check: Callable[[Any, pipeline.Compiled, list[Arrays], Results], None]
    suffix: str
    family: str = "portable"
    target: str = "cortex-m4"

    def data(self, model: Any) -> bytes:
        return model if isinstance(model, bytes) else bytes(model.SerializeToString())


KINDS = {
    "onnx-qdq": Kind(onnx_qdq, oracles.check_onnx, ".onnx"),
    "onnx-float": Kind(onnx_float, oracles.check_onnx, ".onnx"),
    "tflite-int8": Kind(tflite_int8, oracles.check_tflite, ".tflite"),
    "tflite-dsp": Kind(tflite_int8, oracles.check_tflite, ".tflite", "dsp"),
    "tflite-mve": Kind(tflite_int8, oracles.check_tflite, ".tflite", "mve", "cortex-m55"),
}


@dataclass(frozen=True)
class Case:
    seed: int
    model: Any
    feeds: list[Arrays]
    subject: Subject


def outcomes(
    kind: str, seeds: Sequence[int], folder: Path, size: int | None = None
) -> Iterator[Outcome]:
    """The outcome of every seed; a child that dies or hangs is the outcome of the seed it was at."""
    kernels = folder / "kernels.a"
    if not kernels.exists():
        programs.build_kernels(folder)
    todo = list(seeds)
    while todo:
        batch, todo = todo[:BATCH], todo[BATCH:]
        log = folder / "log"
        done = {
            o.seed: o for o in in_a_child(lambda b=batch: Batch(KINDS[kind], b, folder, size), log)
        }
        yield from done.values()
        todo = [seed for seed in batch if seed not in done] + todo


def in_a_child(make: Callable[[], "Batch"], log: Path) -> list[Outcome]:
    log.write_text("")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with log.open("a", buffering=1) as file:
                make().run(lambda **said: file.write(json.dumps(said) + "\n"))
            status = 0
        except Exception:  # of the fuzzer's own: the parent sees the status
            traceback.print_exc()
        finally:
            os._exit(status)
    status = wait(child, log)
    said = [json.loads(line) for line in log.read_text().splitlines()]
    found = [Outcome(**line) for line in said if "status" in line]
    if status != 0:
        at = next(line["at"] for line in reversed(said) if "at" in line)
        if at not in {outcome.seed for outcome in found}:
            found.append(Outcome(at, "hang" if status == "hang" else "crash", f"status {status}"))
    return found


def wait(child: int, log: Path) -> int | str:
    """The child's status, or "hang" once it has been silent for too long."""
    size, since = 0, time.monotonic()
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if (now := log.stat().st_size) != size:
            size, since = now, time.monotonic()
        if time.monotonic() - since > SILENCE:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "hang"
        time.sleep(0.02)


class Batch:
    """In the child: a few graphs, one program."""

    def __init__(self, kind: Kind, seeds: Sequence[int], folder: Path, size: int | None) -> None:
        self.kind, self.seeds, self.size = kind, seeds, size
        self.kernels = folder / "kernels.a"
        self.say: Callable[..., Any] = print

    def run(self, say: Callable[..., Any]) -> None:
        self.say = say
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        try:
            cases = [case for seed in self.seeds if (case := self.compiled(seed, folder))]
            if not cases:
                return
            self.say(at=cases[0].seed)
            subjects = [case.subject for case in cases]
            bad = programs.build(subjects, folder / "build", self.kernels)
            for case in cases:
                if case.subject.name in bad:
                    self.done(case.seed, "bad C", bad[case.subject.name])
                else:
                    self.done(case.seed, *self.checked(case, folder / "build"))
        finally:
            shutil.rmtree(folder)

    def done(self, seed: int, status: str, why: str = "") -> None:
        self.say(seed=seed, status=status, why=why)

    def compiled(self, seed: int, folder: Path) -> Case | None:
        self.say(at=seed)
        path = folder / f"m{seed}{self.kind.suffix}"
        try:
            model, feeds = self.kind.make(seed, self.size)
            path.write_bytes(self.kind.data(model))
            compiled = self.compile(seed, path)
            if seed % COMPILED_TWICE == 0 and self.compile(seed, path).files != compiled.files:
                self.done(seed, "not deterministic")
                return None
            inputs = [self.inputs(feed, compiled) for feed in feeds]
            return Case(seed, model, feeds, Subject(compiled, inputs))
        except Rejected:
            self.done(seed, "no model")
        except TinyCompileError as error:
            self.done(seed, "several lines" if "\n" in str(error) else "refused", str(error))
        except Exception as error:
            self.done(seed, "traceback", place(error))
        return None

    def compile(self, seed: int, path: Path) -> pipeline.Compiled:
        """Unshrunk: tensors are compared as the file has them. CMSIS-NN does not run here."""
        with patch.object(cmsis_nn, "find", return_value=None):
            return pipeline.compile(
                path,
                target=self.kind.target,
                kernels=self.kind.family,
                name=f"g{seed}",
                ram=RAM,
                flash=FLASH,
                shrink=False,
            )

    def inputs(self, feed: Arrays, compiled: pipeline.Compiled) -> Arrays:
        """`feed` in the layout and the types of the program."""
        arrays = {}
        for tensor in compiled.program.inputs:
            array = feed[tensor.name]
            if array.dtype == np.uint8 and tensor.dtype == "int8":
                array = (array.astype(np.int16) - 128).astype(np.int8)
            assert str(array.dtype) == tensor.dtype, tensor.name
            arrays[tensor.name] = to_program(array, tensor, compiled)
        return arrays

    def checked(self, case: Case, folder: Path) -> tuple[str, str]:
        self.say(at=case.seed)
        try:
            results = programs.run(case.subject, folder)
            for run, (once, again) in enumerate(zip(results.outputs, results.again, strict=True)):
                for name in once:
                    if once[name].tobytes() != again[name].tobytes():
                        return "unstable", f"{name!r} of run {run} depends on what the arena held"
            self.kind.check(case.model, case.subject.compiled, case.feeds, results)
        except Failed as error:
            return "C failed", str(error)
        except oracles.Refused as error:
            return "oracle refused", str(error)
        except oracles.Wrong as error:
            return "wrong", str(error)
        return "ok", ""
