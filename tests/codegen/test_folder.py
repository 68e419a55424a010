"""An output folder is replaced whole or stays as it was, and nobody's work is lost."""

import json
import os
from pathlib import Path

import pytest

from tinycompile.codegen import folder
from tinycompile.errors import OutputError

MARKER = "model.json"


def files(**texts: str) -> dict[str, str]:
    """A library as `emit` makes it: its JSON lists all its files."""
    texts = {name.replace("__", "/").replace("_", "."): text for name, text in texts.items()}
    return {**texts, MARKER: json.dumps({"files": [*texts, MARKER]})}


def tree(root: Path) -> dict[str, str]:
    """Everything below `root`, folders beside the output included."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text() for path in found}


FIRST = files(model_h="1", model_c="1", CMSIS__x_c="1")
SECOND = files(model_h="2", tc_h="2")


def test_a_new_folder_and_its_parents_are_made(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "a" / "b" / "out", MARKER)
    assert tree(tmp_path / "a" / "b" / "out") == FIRST
    assert os.listdir(tmp_path / "a" / "b") == ["out"]


def test_a_folder_written_before_is_replaced_whole(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    folder.write(SECOND, tmp_path / "out", MARKER)
    assert tree(tmp_path / "out") == SECOND
    assert os.listdir(tmp_path) == ["out"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    folder.write(FIRST, tmp_path / "out", MARKER)
    assert tree(tmp_path / "out") == FIRST


def test_what_was_built_from_a_library_does_not_keep_it(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    for name in ("model.o", "libmodel.a", "CMSIS/x.o"):
        (tmp_path / "out" / name).write_text("built")
    folder.write(SECOND, tmp_path / "out", MARKER)
    assert tree(tmp_path / "out") == SECOND


@pytest.mark.parametrize("own", ["thesis.txt", "sub/thesis.txt", ".hidden"])
def test_a_folder_with_somebodys_file_is_refused(own: str, tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    mine = tmp_path / "out" / own
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(
        OutputError, match=rf"out exists and holds {own}, which TinyCompile did not"
    ):
        folder.write(SECOND, tmp_path / "out", MARKER)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("text", ["{}", "[]", "not JSON", '{"files": null}', "\udcff"])
def test_a_file_named_as_the_marker_makes_no_folder_ours(text: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MARKER).write_text(text, errors="surrogateescape")
    with pytest.raises(OutputError, match="holds model.json, which TinyCompile did not write"):
        folder.write(FIRST, tmp_path / "out", MARKER)
    assert os.listdir(tmp_path / "out") == [MARKER]


def test_the_folder_of_another_model_is_refused(tmp_path: Path) -> None:
    folder.write({"other.json": json.dumps({"files": ["other.json"]})}, tmp_path / "out", MARKER)
    with pytest.raises(OutputError, match="holds other.json"):
        folder.write(FIRST, tmp_path / "out", MARKER)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="out is a file; choose another with -o"):
        folder.write(FIRST, tmp_path / "out", MARKER)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_parent_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "parent").write_text("a file")
    with pytest.raises(OutputError, match="cannot make the folder .*parent"):
        folder.write(FIRST, tmp_path / "parent" / "out", MARKER)


@pytest.mark.parametrize("failing", ["fill", "rename"])
def test_a_failure_in_the_middle_leaves_the_old_folder(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fill`: the disk is full after one file. `rename`: the new folder cannot take its place."""
    folder.write(FIRST, tmp_path / "out", MARKER)
    real_write, real_rename, written = Path.write_text, os.rename, []

    def write(self: Path, *args: object, **options: object) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(self)
        return real_write(self, *args, **options)  # type: ignore[arg-type]

    def rename(source: Path, destination: Path) -> None:
        if source.name.startswith(".out.") and destination.name == "out":
            raise OSError(28, "No space left on device")
        real_rename(source, destination)

    if failing == "fill":
        monkeypatch.setattr(Path, "write_text", write)
    else:
        monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(OutputError, match="cannot write .*out: No space left on device"):
        folder.write(SECOND, tmp_path / "out", MARKER)
    monkeypatch.undo()
    assert tree(tmp_path) == {f"out/{name}": text for name, text in FIRST.items()}
    assert os.listdir(tmp_path) == ["out"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "real", MARKER)
    (tmp_path / "out").symlink_to("real")
    folder.write(SECOND, tmp_path / "out", MARKER)
    assert (tmp_path / "out").is_symlink()
    assert tree(tmp_path / "real") == SECOND


def test_text_is_written_as_utf_8_with_unix_lines(tmp_path: Path) -> None:
    folder.write(files(model_h="/* größe */\n"), tmp_path / "out", MARKER)
    assert (tmp_path / "out" / "model.h").read_bytes() == "/* größe */\n".encode()
