"""A pytest plugin: writes which constraints of kernels the session's tests broke, as JSON.

pytest -p tests.tripped --tripped FILE tests/kernels

Tests that hypothesis feeds or that run on a simulated core are left out, and no batch is built: they compare
numbers, and take long.
"""

import json
from pathlib import Path

import pytest

from tests.kernels import batch
from tinycompile.kernel import Constraint, Kernel, Match, Refusal

tripped: set[str] = set()
refusal = Kernel.refusal


def name(constraint: Constraint) -> str:
    return f"{constraint.__module__}.{constraint.__qualname__}"


def recorded(self: Kernel, match: Match) -> Refusal | None:
    first = next((rule for rule in self.constraints if rule(match)), None)
    if first is not None:
        tripped.add(name(first))
    return refusal(self, match)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tripped", type=Path, required=True)


def pytest_configure() -> None:
    Kernel.refusal = recorded  # type: ignore[method-assign]
    batch.run = lambda *_: None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if not slow(item)]


def slow(item: pytest.Item) -> bool:
    simulated = {"qemu", "arm_gcc", "clang"} & set(getattr(item, "fixturenames", ()))
    return bool(simulated) or hasattr(getattr(item, "obj", None), "hypothesis")


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.getoption("--tripped").write_text(json.dumps(sorted(tripped)))
