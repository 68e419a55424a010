"""An output folder is written whole or stays as it was, and nobody's work is lost."""

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
    hashes = {name: folder.digest(text.encode()) for name, text in texts.items()}
    return {**texts, MARKER: json.dumps({"files": [*texts, MARKER], folder.HASHES: hashes})}


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
    assert folder.write(SECOND, tmp_path / "out", MARKER) == []
    assert tree(tmp_path / "out") == SECOND
    assert sorted(os.listdir(tmp_path / "out")) == sorted(SECOND)  # no empty CMSIS/
    assert os.listdir(tmp_path) == ["out"]


def test_every_folder_that_becomes_empty_goes(tmp_path: Path) -> None:
    """Also behind one that does not."""
    first = files(a__x_c="1", a__y_c="1", b__c__z_c="1", model_h="1")
    folder.write(first, tmp_path / "out", MARKER)
    folder.write(files(a__y_c="1"), tmp_path / "out", MARKER)
    assert sorted(os.listdir(tmp_path / "out")) == ["a", MARKER]


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


@pytest.mark.parametrize(
    "own", ["thesis.txt", "sub/thesis.txt", ".gitignore", "build/model.o", "my.o"]
)
def test_what_the_user_adds_stays(own: str, tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    mine = tmp_path / "out" / own
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    mine.chmod(0)  # nothing has to be read
    assert folder.write(SECOND, tmp_path / "out", MARKER) == []
    mine.chmod(0o644)
    assert tree(tmp_path / "out") == {**SECOND, own: "mine"}


@pytest.mark.parametrize("own", [".gitignore", ".git/HEAD", "build/main.o"])
def test_a_folder_of_nothing_visible_but_build_is_taken(own: str, tmp_path: Path) -> None:
    mine = tmp_path / "out" / own
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    folder.write(FIRST, tmp_path / "out", MARKER)
    assert tree(tmp_path / "out") == {**FIRST, own: "mine"}


def test_a_folder_of_somebodys_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(
        OutputError, match=r"out exists and holds thesis.txt, which TinyCompile did not"
    ):
        folder.write(FIRST, tmp_path / "out", MARKER)
    assert tree(tmp_path) == {"out/thesis.txt": "mine"}


def test_an_edited_file_is_kept_and_named(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    for name in ("model.h", "model.c"):
        (tmp_path / "out" / name).write_text("mine")
    kept = folder.write(SECOND, tmp_path / "out", MARKER)
    assert kept == [
        "model.c was edited, and is kept; the library has no such file any more",
        "model.h was edited, and is kept, and differs from what would be written now; "
        "delete it and compile again for a new one",
    ]
    assert tree(tmp_path / "out") == {**SECOND, "model.h": "mine", "model.c": "mine"}
    # It stays the user's, however often; what was put back to what we wrote is ours again.
    assert "model.h was edited" in folder.write(SECOND, tmp_path / "out", MARKER)[0]
    (tmp_path / "out" / "model.h").write_text("2")
    assert folder.write(files(model_h="3"), tmp_path / "out", MARKER) == []
    assert (tmp_path / "out" / "model.h").read_text() == "3"


def test_lines_that_end_as_on_windows_are_no_edit(tmp_path: Path) -> None:
    folder.write(files(model_h="a\nb\n"), tmp_path / "out", MARKER)
    (tmp_path / "out" / "model.h").write_bytes(b"a\r\nb\r\n")
    assert folder.write(SECOND, tmp_path / "out", MARKER) == []
    assert tree(tmp_path / "out") == SECOND


def test_files_of_a_version_without_hashes_count_as_not_edited(tmp_path: Path) -> None:
    old = {"model.h": "0", MARKER: json.dumps({"files": ["model.h", MARKER]})}
    folder.write(old, tmp_path / "out", MARKER)
    assert folder.write(SECOND, tmp_path / "out", MARKER) == []
    assert tree(tmp_path / "out") == SECOND


@pytest.mark.parametrize("name", ["tc.h", "CMSIS/x.c"])
def test_a_new_file_does_not_go_over_the_users(name: str, tmp_path: Path) -> None:
    """Nor through a folder that is a link."""
    folder.write(files(model_h="1"), tmp_path / "out", MARKER)
    if "/" in name:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "out" / "CMSIS").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "out" / name).write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(
        OutputError, match=f"holds {Path(name).name}, which TinyCompile did not write"
    ):
        folder.write({**FIRST, **SECOND}, tmp_path / "out", MARKER)
    assert tree(tmp_path) == before


def test_a_link_in_the_place_of_a_file_is_the_users(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "out", MARKER)
    (tmp_path / "mine.h").write_text("1")
    (tmp_path / "out" / "model.h").unlink()
    (tmp_path / "out" / "model.h").symlink_to("../mine.h")
    assert len(folder.write(SECOND, tmp_path / "out", MARKER)) == 1
    assert (tmp_path / "out" / "model.h").is_symlink()
    assert (tmp_path / "mine.h").read_text() == "1"


@pytest.mark.parametrize("name", ["../mine.txt", "/etc/passwd", "sub/../../mine.txt"])
def test_a_marker_that_names_files_elsewhere_is_none(name: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "out" / MARKER).write_text(json.dumps({"files": [MARKER, name]}))
    with pytest.raises(OutputError, match="holds model.json"):
        folder.write(FIRST, tmp_path / "out", MARKER)
    assert (tmp_path / "mine.txt").read_text() == "mine"


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
    with pytest.raises(
        OutputError, match="cannot make the folder .*out: .*out is a file; choose another"
    ):
        folder.write(FIRST, tmp_path / "out", MARKER)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_parent_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "parent").write_text("a file")
    with pytest.raises(OutputError, match="cannot make the folder .*parent"):
        folder.write(FIRST, tmp_path / "parent" / "out", MARKER)


def test_names_as_long_as_they_may_be(tmp_path: Path) -> None:
    for _ in range(2):
        folder.write(FIRST, tmp_path / ("n" * 255), MARKER)
    assert tree(tmp_path / ("n" * 255)) == FIRST
    with pytest.raises(OutputError, match="File name too long; choose another"):
        folder.write(FIRST, tmp_path / ("n" * 256), MARKER)


def test_a_loop_of_links_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("out")
    with pytest.raises(OutputError, match="cannot make the folder .*out: .*links; choose another"):
        folder.write(FIRST, tmp_path / "out", MARKER)


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    folder.write(FIRST, tmp_path / "real", MARKER)
    (tmp_path / "out").symlink_to("real")
    folder.write(SECOND, tmp_path / "out", MARKER)
    assert (tmp_path / "out").is_symlink()
    assert tree(tmp_path / "real") == SECOND


def test_text_is_written_as_utf_8_with_unix_lines(tmp_path: Path) -> None:
    folder.write(files(model_h="/* größe */\n"), tmp_path / "out", MARKER)
    assert (tmp_path / "out" / "model.h").read_bytes() == "/* größe */\n".encode()
