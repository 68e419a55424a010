"""Writing an output folder: whole or not at all, and never over what the user made."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from tinycompile.errors import OutputError
from tinycompile.interruption import deferred

HASHES = "sha256"  # of every file that was written, in the marker
BUILT = (".d", ".o", ".su")  # made from a .c of ours: to be made again
LOOP = "it is a loop of links"
HARMLESS = "build"  # beside what is hidden: a folder that has no more is as good as empty

Text = str | bytes  # of a file
EMPTY: Mapping[str, Text] = MappingProxyType({})
Known = Mapping[str, set[str]]  # what was written: hashes by name; none where that is not known


def write(files: Mapping[str, Text], folder: Path, marker: str) -> list[str]:
    """Make `folder` hold `files`; what was kept of the user's, in words.

    Of an existing folder the files are replaced that were written here and not touched since, as
    its `marker` lists them, and those removed that are no longer among `files`. Edited files stay, as does
    whatever else there is. Nothing changes in a folder that is not ours.
    """
    folder = check_place(folder)
    make(folder.parent)
    try:
        if not folder.exists():
            with deferred():
                if create(files, folder):
                    return []
        with locked(folder), deferred():
            return update(files, folder, marker)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}") from error


def check(folder: Path, marker: str, files: Mapping[str, Text] = EMPTY) -> Path:
    """Where `folder` really is. Raise if `files`, or any, may not be written there."""
    folder = check_place(folder)
    if folder.exists() and not known(folder, marker) and (theirs := foreign(folder)):
        raise OutputError(
            f"output folder {folder} exists and holds {theirs[0]}, which TinyCompile did not write for this "
            "model; choose another folder with -o, or remove it"
        )
    for name in sorted(files.keys() - known(folder, marker).keys()):
        refuse_collision(folder / name, files[name])
    return folder


def check_place(folder: Path) -> Path:
    """Where `folder` really is, there or not. Raise if it cannot be a folder to write to."""
    try:
        folder = folder.resolve()
        above = next(place for place in (folder, *folder.parents) if place.exists())
        loop = folder.is_symlink()  # it leads nowhere: Python 3.13 says so in this way
    except (OSError, RuntimeError) as error:  # a name too long, a loop of links
        words = getattr(error, "strerror", None) or LOOP
        raise OutputError(f"cannot make the folder {folder}: {words}; choose another") from error
    if loop:
        raise OutputError(f"cannot make the folder {folder}: {LOOP}; choose another")
    if not above.is_dir():
        raise OutputError(f"cannot make the folder {folder}: {above} is a file; choose another")
    if not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write to {above}: Permission denied; choose another folder")
    return folder


def make(folder: Path) -> None:
    """Make `folder` and its parents unless they are there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error


def fill(folder: Path, files: Mapping[str, Text]) -> None:
    """Write `files` into `folder`; their names may have folders of their own."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encoded(text))


def encoded(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def digest(data: bytes) -> str:
    """Of a text, however its lines end: Git may have changed that."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def known(folder: Path, marker: str) -> Known:
    """What the `marker` in `folder` says was written; nothing if it is none of ours."""
    try:
        found = parse((folder / marker).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    places = [PurePosixPath(name) for name in found]
    outside = any(place.is_absolute() or ".." in place.parts for place in places)
    return found if marker in found and not outside else {}


def parse(text: Text) -> Known:
    said = json.loads(text)
    hashes = said.get(HASHES, {})
    return {str(name): set(hashes.get(name, "").split()) for name in list(said["files"])}


def foreign(folder: Path) -> list[str]:
    """What is in a folder without marker that makes it somebody's."""
    return sorted(n for n in os.listdir(folder) if not n.startswith(".") and n != HARMLESS)


def create(files: Mapping[str, Text], folder: Path) -> bool:
    """Write a new folder beside its place, then rename it; False if somebody else was faster."""
    with temporary(folder.parent, folder.name) as fresh:
        fill(fresh, files)
        fresh.chmod(0o755)
        try:
            os.rename(fresh, folder)
        except OSError:
            if folder.is_dir():
                return False
            raise
    return True


def update(files: Mapping[str, Text], folder: Path, marker: str) -> list[str]:
    """Replace in `folder` what is ours, file by file: all new ones are written before the first moves."""
    check(folder, marker, files)
    before = known(folder, marker)
    ours = before.keys() - {marker}
    kept = [name for name in sorted(ours) if edited(folder / name, before[name])]
    new = {name: text for name, text in files.items() if name not in kept and name != marker}
    old = {*before, *built(before, marker)} - files.keys() - set(kept)
    gone = [name for name in sorted(old) if (folder / name).is_file()]
    with temporary(folder, folder.name) as fresh:
        fill(fresh / "new", new | {marker: files[marker]})
        fill(fresh, {marker: either(before, parse(files[marker]))})
        with restored(folder, [marker, *new, *gone], fresh / "old"):
            # A kill from here on leaves files of both, all of them known as ours the next time.
            os.replace(fresh / marker, folder / marker)
            for name in new:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(fresh / "new" / name, folder / name)
            for name in gone:
                (folder / name).unlink()
            os.replace(fresh / "new" / marker, folder / marker)
    remove_empty(folder, gone)
    return [what_was_kept(name, files.get(name), before[name]) for name in kept]


def edited(path: Path, hashes: set[str]) -> bool:
    """Is what we wrote at `path` no longer that? Links and what cannot be read count as the user's."""
    if os.path.realpath(path) != str(path):
        return True
    if not path.exists():
        return False
    try:
        found = digest(path.read_bytes())
    except OSError:
        return True
    return bool(hashes) and found not in hashes


def refuse_collision(path: Path, text: Text) -> None:
    """Raise if `text` would go over, or through a link to, something that was not written here."""
    if edited(path, {digest(encoded(text))}):
        raise OutputError(
            f"output folder {path.parent} holds {path.name}, which TinyCompile did not write for this model "
            "and would write now; choose another folder with -o, or remove it"
        )


def what_was_kept(name: str, text: Text | None, hashes: set[str]) -> str:
    if text is None:
        return f"{name} was edited, and is kept; the library has no such file any more"
    new = "" if digest(encoded(text)) in hashes else ", and differs from what would be written now"
    return f"{name} was edited, and is kept{new}; delete it and compile again for a new one"


def built(sources: Iterable[str], marker: str) -> set[str]:
    """What compilers make of `sources` beside them."""
    stems = [name.removesuffix(".c") for name in sources if name.endswith(".c")]
    library = f"lib{marker.removesuffix('.json')}.a"
    return {library, *(stem + suffix for stem in stems for suffix in BUILT)}


def either(before: Known, after: Known) -> str:
    """A marker by which the files of both are ours."""
    names = sorted({*before, *after})
    hashes = {
        name: " ".join(sorted(before.get(name, set()) | after.get(name, set())))
        for name in names
        if all(one.get(name, True) for one in (before, after))  # else one does not know
    }
    return json.dumps({"files": names, HASHES: hashes})


@contextmanager
def restored(folder: Path, names: Iterable[str], backup: Path) -> Iterator[None]:
    """If the block fails, the files `names` of `folder` are as they were."""
    there = [name for name in names if (folder / name).exists()]
    for name in there:
        (backup / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, backup / name)
    try:
        yield
    except OSError:
        for name in names:
            with suppress(OSError):
                if name in there:
                    os.replace(backup / name, folder / name)
                else:
                    (folder / name).unlink(missing_ok=True)
        raise


@contextmanager
def temporary(parent: Path, name: str) -> Iterator[Path]:
    """A folder in `parent`, of a short name, that is gone afterwards."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{name[:40]}.", dir=parent))
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One compiler at a time, where the system can say so."""
    try:
        import fcntl

        place = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def remove_empty(folder: Path, gone: Iterable[str]) -> None:
    """Remove the folders that the files `gone` leave empty."""
    for name in gone:
        for place in (folder / name).parents:
            if place != folder and place.is_relative_to(folder):
                with suppress(OSError):
                    place.rmdir()
