"""Copies of CMSIS-NN to test with: the one in bakenn, and that of $CMSIS_NN_DIR, e.g. of version 7."""

import os
from pathlib import Path

import pytest

from tests.kernels.cmsis_nn.calls import CmsisRun
from tinycompile import cmsis_nn
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.codegen.folder import fill

COPIES = ("bakenn", *(name for name in [cmsis_nn.VARIABLE] if os.environ.get(name)))


@pytest.fixture(params=COPIES)
def copy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> CmsisNN:
    """Each copy that is at hand; in CI that of bakenn always is."""
    return open_copy(request.param, monkeypatch)


@pytest.fixture
def any_copy(monkeypatch: pytest.MonkeyPatch) -> CmsisNN:
    return open_copy("bakenn", monkeypatch)


@pytest.fixture(scope="module", params=COPIES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CmsisRun:
    with pytest.MonkeyPatch.context() as patch:
        copy = open_copy(request.param, patch)
    return CmsisRun(tmp_path_factory.mktemp("cmsis"), copy)


@pytest.fixture
def no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that has none."""
    monkeypatch.delenv(cmsis_nn.VARIABLE, raising=False)
    monkeypatch.setattr(cmsis_nn, "_bakenn", lambda: None)


def fake_copy(folder: Path, revision: str = "V.19.1.0", **sources: str) -> Path:
    """A folder that looks like CMSIS-NN: arm_nnfunctions.h of `revision`, a source of each text."""
    files = {
        "Include/arm_nnfunctions.h": f'/* $Revision: {revision} */\n#include "arm_nn_types.h"\n',
        "Include/arm_nn_types.h": "#include <stdint.h>\n",
        "Include/unused.h": "",
        "LICENSE": "Apache",
        "Source/empty.c": "",
        **{f"Source/{name}.c": text for name, text in sources.items()},
    }
    fill(folder, files)
    return folder


def open_copy(name: str, monkeypatch: pytest.MonkeyPatch) -> CmsisNN:
    folder = None
    if name == cmsis_nn.VARIABLE:
        folder = Path(os.environ[name])
    monkeypatch.delenv(cmsis_nn.VARIABLE, raising=False)
    found = cmsis_nn.find(folder)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("bakenn is not installed")
        pytest.skip("bakenn is not installed: pip install 'tinycompile[cmsis-nn]'")
    return found
