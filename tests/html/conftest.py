"""What NAME.json holds of two networks: one in int8 already, one that was quantised."""

import json
from typing import Any

import pytest

from tests.cli.conftest import cli, model
from tests.cli.program import DIGITS
from tests.quantize.models import images, small_network
from tinycompile import pipeline
from tinycompile.simulate import accuracy

__all__ = ["cli", "model"]

Report = dict[str, Any]


@pytest.fixture(scope="session")
def digits() -> Report:
    compiled = pipeline.compile(DIGITS, target="stm32f446")
    report: Report = json.loads(compiled.files[compiled.marker])
    return report


@pytest.fixture(scope="session")
def quantized(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Has a sum of two branches, a concatenation, and figures of --quantize."""
    network = small_network(tmp_path_factory.mktemp("models") / "small.onnx")
    compiled = pipeline.compile(network, quantize=images(64, 2, 8, 8), target="cortex-m4")
    accuracy.measure(compiled)
    report: Report = json.loads(compiled.files[compiled.marker])
    return report


@pytest.fixture(params=["digits", "quantized"])
def report(request: pytest.FixtureRequest) -> Report:
    found: Report = request.getfixturevalue(request.param)
    return found
