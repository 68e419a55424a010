"""A reference runtime in a process of its own: what makes it abort ends only that process.

`Reference` is the side of the compiler. The other side is this module run as a program: it imports none of
the compiler, so that it starts quickly.
"""

import importlib.util
import os
import pickle
import subprocess
import sys
import tempfile
import traceback
from typing import Any

import numpy as np

from tinycompile.errors import MissingTool, OracleFailed

INSTALL = "pip install 'tinycompile[verify]'"


class OnnxRuntime:
    """Without any optimisation of the graph: every operator computes what it stands for."""

    title, package = "ONNX Runtime", "onnxruntime"

    def types(self, model: bytes) -> dict[str, str]:
        """The type of every output, such as "tensor(float)"."""
        return {output.name: output.type for output in self._session(model).get_outputs()}

    def load(self, model: bytes) -> None:
        self.session = self._session(model)
        self.names = [output.name for output in self.session.get_outputs()]
        self.inputs = [value.name for value in self.session.get_inputs()]

    def run(self, feed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        known = {name: feed[name] for name in self.inputs}
        return dict(zip(self.names, self.session.run(self.names, known), strict=True))

    def _session(self, model: bytes) -> Any:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class TFLiteMicro:
    """What the int8 kernels equal bit for bit. Tensors go by their position."""

    title, package = "TFLite Micro", "tflite_micro"

    def load(self, model: bytes, arena_bytes: int) -> None:
        from tflite_micro import runtime

        self.interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes)

    def run(self, feed: list[np.ndarray], outputs: int) -> list[np.ndarray]:
        for i, array in enumerate(feed):
            self.interpreter.set_input(array, i)
        self.interpreter.invoke()
        return [self.interpreter.get_output(i).copy() for i in range(outputs)]


class LiteRT:
    """Runs what TFLite Micro does not, and where that is not; its kernels of reference."""

    title, package = "LiteRT", "ai_edge_litert"

    def load(self, model: bytes, arena_bytes: int) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self.interpreter = Interpreter(
            model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
        )
        self.interpreter.allocate_tensors()
        self.inputs = [found["index"] for found in self.interpreter.get_input_details()]
        self.outputs = [found["index"] for found in self.interpreter.get_output_details()]

    def run(self, feed: list[np.ndarray], outputs: int) -> list[np.ndarray]:
        for index, array in zip(self.inputs, feed, strict=True):
            self.interpreter.set_tensor(index, array)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(index) for index in self.outputs]


RUNTIMES = {runtime.package: runtime for runtime in (OnnxRuntime, TFLiteMicro, LiteRT)}


def is_installed(runtime: Any) -> bool:
    return importlib.util.find_spec(runtime.package) is not None


class Reference:
    """`call` calls a method of `runtime`, one of the classes above, in the other process.

    What that raises is the model's fault; what this file raises is raised here again.
    """

    def __init__(self, runtime: Any) -> None:
        if not is_installed(runtime):
            raise MissingTool(f"{runtime.package} is not installed; {INSTALL}")
        self.title = runtime.title
        self.words = tempfile.TemporaryFile()  # noqa: SIM115, `close` closes it
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", __name__, runtime.package],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.words,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )  # fmt: skip
        except OSError as error:
            self.words.close()
            words = f"cannot start {sys.executable} for {self.title}: {error.strerror}"
            raise OracleFailed(words) from error

    def call(self, method: str, *args: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        try:
            pickle.dump((method, args), self.process.stdin)
            self.process.stdin.flush()
            result, failure = pickle.load(self.process.stdout)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            failure = f"it ended with status {self.process.wait()}"
        if isinstance(failure, Exception):
            raise failure
        if failure is not None:
            raise OracleFailed(f"{self.title} cannot run the model: {self._why(failure)}")
        return result

    def _why(self, failure: str) -> str:
        """`failure`, and the last that the process wrote before it."""
        self.words.seek(0)
        lines = self.words.read().decode(errors="replace").strip().splitlines()
        return f"{failure} ({lines[-1]})" if lines else failure

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.words.close()


def serve(runtime: Any) -> None:
    """Answer calls until there are no more. What the runtime prints goes to stderr."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            method, args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        reply: tuple[Any, str | Exception | None]
        try:
            reply = getattr(runtime, method)(*args), None
        except Exception as error:  # the runtimes' errors have no common base but Exception
            reply = None, error if is_ours(error) else reason(error)
        pickle.dump(reply, replies)
        replies.flush()


def is_ours(error: Exception) -> bool:
    """Whether this file raised `error`, rather than a runtime; then its traceback is added to it."""
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    if innermost.filename != __file__ or isinstance(error, ImportError):
        return False
    error.add_note("".join(traceback.format_exception(error)))
    return True


def reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    serve(RUNTIMES[sys.argv[1]]())
