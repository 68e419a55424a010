"""The references that verification compares with: other processes, other packages."""

import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packaging.requirements import Requirement

from tests.frontend.onnx_model import integers
from tests.simulate.test_verify import verified
from tests.tflite_model import Model
from tinycompile.errors import OracleFailed
from tinycompile.simulate import oracle_tflite, reference
from tinycompile.simulate.reference import OnnxRuntime, Reference, TFLiteMicro


def test_a_process_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/etc/passwd")
    with pytest.raises(OracleFailed, match="cannot start /etc/passwd for .*: Permission denied"):
        Reference(TFLiteMicro)


def test_a_reference_that_aborts_ends_in_one_line() -> None:
    runtime = Reference(TFLiteMicro)
    runtime.process.kill()
    with pytest.raises(
        OracleFailed, match="TFLite Micro cannot run the model: it ended with status"
    ):
        runtime.call("load", b"", 1)
    runtime.close()


def test_a_model_that_the_reference_refuses_ends_in_one_line() -> None:
    runtime = Reference(OnnxRuntime)
    with pytest.raises(OracleFailed) as error:
        runtime.call("load", b"damaged")
    assert "\n" not in str(error.value)
    runtime.close()


def test_a_bug_in_the_other_process_is_raised_here() -> None:
    runtime = Reference(OnnxRuntime)
    with pytest.raises(AttributeError) as error:
        runtime.call("run", {})  # before a model is loaded
    assert "reference.py" in error.value.__notes__[0]
    runtime.close()


def dense(**more: Any) -> bytes:
    """A fully connected layer of int8 and a softmax."""
    m = Model()
    x = m.tensor("x", (1, 24), scale=0.05, zero_point=3)
    w = m.constant("w", integers("int8", 9, 24), scale=0.01)
    y = m.tensor("y", (1, 9), scale=0.2, zero_point=-4)
    m.operator("FULLY_CONNECTED", [x, w, ""], [y], "FullyConnectedOptions", version=4)
    return m.build(inputs=[x], outputs=[y])


def without_tflite_micro(runtime: Any) -> bool:
    return runtime is not TFLiteMicro and reference.is_installed(runtime)


def test_litert_stands_for_tflite_micro_where_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oracle_tflite, "is_installed", without_tflite_micro)
    done = verified(dense(), tmp_path, runs=9)
    assert (done.oracle, done.tensors, done.total) == ("LiteRT", 1, 1)
    assert done.largest_difference <= 1


def test_a_file_with_float16_weights_is_verified(tmp_path: Path) -> None:
    m = Model()
    x = m.tensor("x", (1, 24), "float32")
    half = m.constant("half", np.linspace(-1, 1, 216).astype(np.float16).reshape(9, 24))
    w = m.tensor("w", (9, 24), "float32")
    m.operator("DEQUANTIZE", [half], [w])
    y = m.tensor("y", (1, 9), "float32")
    m.operator("FULLY_CONNECTED", [x, w, ""], [y], "FullyConnectedOptions")
    done = verified(m.build(inputs=[x], outputs=[y]), tmp_path)
    assert (done.oracle, done.floats, done.total) == ("LiteRT", 1, 1)


@pytest.mark.parametrize(
    ("system", "machine", "tflite_micro"),
    [
        ("linux", "x86_64", True), ("linux", "aarch64", False), ("darwin", "arm64", False),
        ("win32", "AMD64", False),
    ],
)  # fmt: skip
def test_references_have_packages_wherever_they_are_asked_for(
    system: str, machine: str, tflite_micro: bool
) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    wanted = map(Requirement, project["project"]["optional-dependencies"]["verify"])
    here = {"sys_platform": system, "platform_machine": machine}
    names = {r.name for r in wanted if r.marker is None or r.marker.evaluate(here)}
    assert {"ai-edge-litert", "onnxruntime"} < names
    assert ("tflite-micro" in names) == tflite_micro
