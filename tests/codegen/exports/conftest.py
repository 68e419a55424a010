"""A library of two models, one with a state, that is exported for every kind."""

from dataclasses import dataclass
from pathlib import Path

import pytest

import tinycompile
from tests.codegen.exports.firmware import Expected, compiled, run_in_qemu
from tests.operators.test_svdf import svdf
from tests.small_model import small_model
from tinycompile.codegen.exports import KINDS
from tinycompile.linking import Linked
from tinycompile.pipeline import Compiled

ABOUT = {"version": "1.2.3", "vendor": "Acme", "author": "A. Developer"}


@dataclass(frozen=True)
class Exported:
    library: Linked
    folder: Path
    expected: Expected

    def check_firmware(self, units: list[Path], includes: list[Path], folder: Path) -> None:
        """Firmware of `units` for a Cortex-M4 computes in QEMU what each model does alone."""
        self.expected.write_inputs(folder)
        run_in_qemu(self.library, units, includes, folder)
        self.expected.check(folder)

    def check_sources(
        self, sources: list[Path], includes: list[Path], folder: Path, *flags: str
    ) -> None:
        """The same, of what an export lists."""
        assert sources and len(set(sources)) == len(sources)
        target = self.library.models[0].target
        searched = [f"-I{include}" for include in includes]
        units = compiled(sources, [*flags, *searched], target, folder / "units")
        self.check_firmware(units, includes, folder)

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    folder = tmp_path_factory.mktemp("models")
    (folder / "image.tflite").write_bytes(small_model())
    (folder / "stream.tflite").write_bytes(svdf("int8", 2, 4, -50, layers=3))
    return [
        tinycompile.compile(folder / name, target="cortex-m4", kernels="portable")
        for name in ("image.tflite", "stream.tflite")
    ]


@pytest.fixture(scope="session")
def exported(models: list[Compiled], tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("exported")
    library = tinycompile.link(models, "nets", exports=[*KINDS], about=ABOUT)
    library.write(folder / "nets")
    return Exported(library, folder / "nets", Expected(models, folder))
