"""The archive of everything."""

import zipfile
from pathlib import Path

import tinycompile
from tests.codegen.exports.conftest import ABOUT, Exported
from tinycompile.codegen.exports import KINDS


def test_firmware_of_what_is_in_it(
    exported: Exported, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    with zipfile.ZipFile(exported.folder / "nets.zip") as whole:
        whole.extractall(tmp_path / "zip")
    folder = tmp_path / "zip" / "nets"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    archives = {"nets.zip", "Acme.nets.1.2.3.pack"}
    assert names == exported.library.files.keys() - archives - {"nets.json"}
    sources = sorted((folder / "src").rglob("*.c"))
    exported.check_sources(sources, [folder / "src"], tmp_path)


def test_the_same_input_gives_the_same_bytes(exported: Exported) -> None:
    again = tinycompile.link(exported.library.models, "nets", exports=[*KINDS], about=ABOUT)
    assert again.files == exported.library.files


def test_readme_tells_what_is_there(exported: Exported) -> None:
    readme = exported.text("README.md")
    assert readme.startswith("# nets 1.2.3\n\nThe neural networks image and stream in C")
    assert "| stream | " in readme and "arena[(NETS_ARENA_BYTES + 3) / 4];" in readme
