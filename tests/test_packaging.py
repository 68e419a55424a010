"""What an installed TinyCompile contains: every package, every data file."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUPTOOLS = PROJECT["tool"]["setuptools"]
MAPPED = SETUPTOOLS["package-dir"]


def folder(package: str) -> Path:
    return ROOT / MAPPED.get(package, package.replace(".", "/"))


def patterns(package: str) -> list[str]:
    return ["*.py", *SETUPTOOLS["package-data"].get(package, [])]


def own_files(where: Path) -> Iterator[Path]:
    """The files of a package, those in folders that are no packages too."""
    for path in where.iterdir():
        if path.is_file():
            yield path
        elif (
            not path.is_symlink()
            and not (path / "__init__.py").exists()
            and path.name[0] not in "._"
        ):
            yield from own_files(path)


def test_the_list_of_packages_agrees_with_the_tree() -> None:
    roots = {"tinycompile": ROOT / "tinycompile"} | {package: folder(package) for package in MAPPED}
    inside = {
        ".".join([package, *path.parent.relative_to(root).parts])
        for package, root in roots.items()
        for path in root.rglob("__init__.py")
    }
    assert set(SETUPTOOLS["packages"]) == inside


@pytest.mark.parametrize("package", MAPPED)
def test_a_mapped_folder_has_a_symlink_for_editors(package: str) -> None:
    link = ROOT / package.replace(".", "/")
    assert link.is_symlink()
    assert link.resolve() == folder(package)


@pytest.mark.parametrize("package", SETUPTOOLS["packages"])
def test_every_file_of_a_package_is_installed(package: str) -> None:
    claimed = {path for pattern in patterns(package) for path in folder(package).glob(pattern)}
    here = {path for path in own_files(folder(package)) if path.name[0] != "."}
    assert here <= claimed


def test_a_wheel_contains_every_claimed_file(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    unpacked = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, copy, symlinks=True, ignore=unpacked)
    options = ["--no-deps", "--no-build-isolation", "--quiet", "-w", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(copy)], check=True)
    (wheel,) = tmp_path.glob("tinycompile-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"{package.replace('.', '/')}/{path.relative_to(folder(package))}"
        for package in SETUPTOOLS["packages"]
        for pattern in patterns(package)
        for path in folder(package).glob(pattern)
    }
    assert len(wanted) > 50
    assert wanted <= inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)
