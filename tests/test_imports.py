"""Who imports whom: never in a circle, and only downwards.

Every import counts: also one inside a function, or for type checkers only.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.test_packaging import SETUPTOOLS, folder

# Bottom to top: a folder imports from those before it only.
FOLDERS = (
    "targets", "runtime_c", "rewriting", "frontend", "memory", "codegen", "tir", "kernels", "shrinking",
    "streaming", "passes", "plugins", "report", "quantize", "simulate", "html", "command_line", "new",
)  # fmt: skip
Graph = dict[str, set[str]]


def name(package: str, file: Path) -> str:
    return package if file.stem == "__init__" else f"{package}.{file.stem}"


FILES = {
    name(package, file): file
    for package in SETUPTOOLS["packages"]
    for file in sorted(folder(package).glob("*.py"))
}


def imported(tree: ast.AST, known: set[str]) -> set[str]:
    """The modules among `known` that a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "a relative import, which nothing here is"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return found & known


def packages(module: str) -> set[str]:
    """Those around `module`, whose `__init__` runs first."""
    parts = module.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def imports(files: dict[str, Path]) -> Graph:
    """Module -> what it imports, with the packages around that unless it is in them itself."""
    graph = {}
    for module, file in files.items():
        direct = imported(ast.parse(file.read_text()), set(files)) - {module}
        around = set().union(*map(packages, direct)) - packages(module) - {module}
        graph[module] = direct | around
    return graph


def circle(graph: Graph) -> list[str]:
    """The names along one, the first also at the end; [] if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


def rooms(graph: Graph) -> Graph:
    """The same between the folders and files that lie in tinycompile/ itself."""
    found: Graph = {}
    for module, others in graph.items():
        found.setdefault(room(module), set()).update(map(room, others))
    return {one: others - {one} for one, others in found.items()}


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert " -> ".join(circle(imports(FILES))) == ""


def test_no_folders_import_each_other_in_a_circle() -> None:
    assert " -> ".join(circle(rooms(imports(FILES)))) == ""


def test_folders_import_from_those_below_only() -> None:
    place = {f"tinycompile.{name}": k for k, name in enumerate(FOLDERS)}
    wrong = [
        f"{module} imports {other}"
        for module, others in imports(FILES).items()
        for other in others
        if place.get(room(module), len(FOLDERS)) < place.get(room(other), 0)
    ]
    assert sorted(wrong) == []


def test_every_folder_has_its_place_in_the_order() -> None:
    inside = {package.split(".")[1] for package in SETUPTOOLS["packages"] if "." in package}
    assert set(FOLDERS) == inside


@pytest.mark.parametrize(
    "text",
    [
        "from tinycompile import b",
        "from tinycompile.b import name",
        "import tinycompile.b",
        "def f():\n    from tinycompile.b import name",
        "if TYPE_CHECKING:\n    from tinycompile.b import name",
    ],
)
def test_a_circle_is_found_however_a_module_is_imported(text: str, tmp_path: Path) -> None:
    files = {f"tinycompile.{letter}": tmp_path / f"{letter}.py" for letter in "abc"}
    files["tinycompile.a"].write_text(text)
    files["tinycompile.b"].write_text("import tinycompile.c")
    files["tinycompile.c"].write_text("import tinycompile.a")
    files["tinycompile"] = tmp_path / "__init__.py"
    files["tinycompile"].write_text("")
    found = circle(imports(files))
    assert {module: found.count(module) for module in files} | {found[0]: 1} == {
        "tinycompile.a": 1, "tinycompile.b": 1, "tinycompile.c": 1, "tinycompile": 0,
    }  # fmt: skip


def test_a_package_counts_when_something_in_it_is_imported_from_outside(tmp_path: Path) -> None:
    files = {"a": "import p.inner", "p": "import a", "p.inner": "import p.other", "p.other": ""}
    for module, text in files.items():
        (tmp_path / module).write_text(text)
    graph = imports({module: tmp_path / module for module in files})
    assert graph == {"a": {"p", "p.inner"}, "p": {"a"}, "p.inner": {"p.other"}, "p.other": set()}
    assert sorted(circle(graph)[1:]) == ["a", "p"]
