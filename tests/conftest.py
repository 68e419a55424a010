"""Fixtures for every test: golden files, the tools of the firmware."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tinycompile.errors import MissingTool
from tinycompile.simulate.build import find_compiler, find_tool
from tinycompile.target import Target


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Rewrite tests/golden from this run."
    )


@pytest.fixture(autouse=True)
def every_pass_leaves_a_well_formed_module() -> Iterator[None]:
    """Checks the module after each Relax pass; tests that do not need TVM do not wait for it."""
    if "tvm" not in sys.modules:
        yield
        return
    import tvm
    from tvm.relax.ir.instrument import WellFormedInstrument

    with tvm.transform.PassContext(
        instruments=[WellFormedInstrument(validate_before_transform=False)]
    ):
        yield


@pytest.fixture(autouse=True)
def ctrl_c_ends_the_tests() -> Iterator[None]:
    """The program's `main` leaves Ctrl-C to the system, as its process is to end."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def every_test_draws_its_own_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ran before it in this process."""
    if module := sys.modules.get("tests.frontend.onnx_model"):
        import numpy as np

        monkeypatch.setattr(module, "RANDOM", np.random.default_rng(2))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """`golden(text)` compares with tests/golden/TEST.txt; --update-golden rewrites it."""
    path = Path(__file__).parent / "golden" / f"{request.node.name}.txt"

    def check(text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"no {path}; run pytest --update-golden and review the diff"
        assert text == path.read_text()

    return check


def require(find: Callable[[], str]) -> str:
    """What `find` finds. Without it the test is skipped, except in CI, where set-up installs it."""
    try:
        return find()
    except MissingTool as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def arm_gcc() -> str:
    return require(lambda: find_compiler(Target.load("cortex-m4")))


@pytest.fixture(scope="session")
def clang() -> str:
    return require(lambda: find_tool("clang"))


@pytest.fixture(scope="session")
def m85_clang() -> str:
    """The first clang that knows the Cortex-M85; Debian 12's `clang`, 14, does not."""
    return require(_find_m85_clang)


def _find_m85_clang() -> str:
    for name in ("clang", *(f"clang-{version}" for version in range(19, 14, -1))):
        asked = [name, "--target=arm-none-eabi", "-mcpu=cortex-m85", "-E", "-x", "c", os.devnull]
        if shutil.which(name) and subprocess.run(asked, capture_output=True).returncode == 0:
            return name
    raise MissingTool(
        "no clang knows the Cortex-M85; on Debian or Ubuntu: apt-get install clang-15"
    )


@pytest.fixture(scope="session")
def qemu() -> str:
    return require(lambda: find_tool("qemu-system-arm"))
