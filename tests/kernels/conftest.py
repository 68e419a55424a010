"""`run(kernel, params, inputs, output_like)`: see runtime.py."""

import pytest
from hypothesis import settings

from tests.kernels.runtime import Run

settings.register_profile("kernels", deadline=None)  # the first example builds the kernel
settings.load_profile("kernels")


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("kernels"))
