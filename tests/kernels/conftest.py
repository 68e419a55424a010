"""`run(kernel, params, inputs, output_like)`: see runtime.py."""

import pytest

from tests.kernels.runtime import Run


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("kernels"))
