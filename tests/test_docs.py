"""The documentation: generated pages are up to date, links lead somewhere, snippets work as printed."""

import re
import shlex
import subprocess
import sys
import textwrap
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from tests.conftest import require
from tests.operators.test_svdf import svdf
from tests.small_model import small_model
from tinycompile.__main__ import command, main
from tinycompile.simulate.build import WARNINGS, find_tool

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def snippets(language: str) -> list[tuple[str, str]]:
    """(page, text) of every fenced block in `language`."""
    return [
        (page.name, textwrap.dedent(text))
        for page in PAGES
        for _, found, text in FENCE.findall(page.read_text())
        if found == language
    ]


def commands() -> list[str]:
    """Every line of a shell block that calls tinycompile."""
    lines = [line for _, text in snippets("sh") for line in text.splitlines()]
    return [line for line in lines if line.startswith("tinycompile ")]


@pytest.fixture
def kws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a kws.tflite and a vww.tflite, as the current one."""
    for name in ("kws", "vww"):
        (tmp_path / f"{name}.tflite").write_bytes(small_model())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_operators_md_is_what_the_kernels_say() -> None:
    spec = spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    generate = module_from_spec(spec)
    spec.loader.exec_module(generate)
    stale = "docs/operators.md is stale: run docs/generate.py"
    assert generate.FILE.read_text(encoding="utf-8") == generate.text(), stale
    assert generate.TFLITE.read_text(encoding="utf-8") == generate.tflite_page(), stale


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text())
    broken = [to for to in links if "://" not in to and not (page.parent / to).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_files_named_in_text_exist(page: Path) -> None:
    """Paths from the root in backticks; NAME, MACHINE and examples of new files aside."""
    folders = "tinycompile|runtime_c|passes|tests|targets|benchmarks|docs"
    named = re.findall(rf"`((?:{folders})/[\w./*]+)`", page.read_text())
    real = [name for name in named if not re.search("[A-Z]{4}|double_negation", name)]
    assert [name for name in real if not list(ROOT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_options_named_in_text_exist(page: Path) -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    named = set(re.findall(r"`(?:tinycompile [^`]*?)?(--[a-z][a-z-]+)", page.read_text()))
    assert named - known - {"--help", "--version"} == set()


@pytest.mark.parametrize("line", commands())
def test_commands_work(
    line: str, kws: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if "--run" in line:
        request.getfixturevalue("arm_gcc")
        request.getfixturevalue("qemu")
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    assert main() == 0


def test_python_of_the_readme_works(kws: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ((_, text),) = [snippet for snippet in snippets("python") if snippet[0] == "README.md"]
    exec(compile(text, "README.md", "exec"), {})
    assert 'CONV_2D "conv/Relu" tc_' in capsys.readouterr().out
    assert (kws / "build" / "kws" / "kws.h").exists()


def test_the_pass_of_the_page_works() -> None:
    from tvm import relax

    from tests.passes.graph import becomes, main, stays

    ((_, text),) = [snippet for snippet in snippets("python") if snippet[0] == "adding-a-pass.md"]
    names: dict[str, type] = {}
    exec(compile(text, "adding-a-pass.md", "exec"), names)
    negative, x = relax.op.negative, ((2, 3), "float32")
    twice = main(lambda x: relax.op.abs(negative(negative(x))), x=x)
    becomes(names["RemoveDoubleNegation"](), twice, main(relax.op.abs, x=x))
    stays(names["RemoveDoubleNegation"](), main(lambda x: negative(relax.op.abs(x)), x=x))


def test_the_target_of_the_page_is_one(tmp_path: Path) -> None:
    from tinycompile.target import Target

    ((_, text),) = [snippet for snippet in snippets("toml") if snippet[0] == "adding-a-target.md"]
    (tmp_path / "board.toml").write_text(text)
    assert Target.load(str(tmp_path / "board.toml")).ram_kib == 64


def test_the_page_on_plugins_shows_the_example() -> None:
    files = [path for path in (ROOT / "examples" / "plugin").rglob("*") if path.is_file()]
    texts = [path.read_text() for path in files if path.suffix in (".py", ".toml")]
    shown = [text for language in ("python", "toml") for page, text in snippets(language)
             if page == "plugins.md"]  # fmt: skip
    assert len(shown) > 4
    assert [text for text in shown if not any(text in whole for whole in texts)] == []


@pytest.mark.parametrize("language", ["c", "cpp"])
def test_c_snippets_compile_without_warnings(language: str, kws: Path) -> None:
    from tinycompile import compile, link

    (kws / "voice.tflite").write_bytes(svdf("int8", 1, 4))
    kws_, vww, voice = (
        compile(f"{name}.tflite", target="host", kernels="portable")
        for name in ("kws", "vww", "voice")
    )
    kws_.write("kws")
    voice.write("voice")
    camera = compile("vww.tflite", name="camera", target="host", stream_input=True)
    camera.write("camera")
    link([kws_, vww], "nets").write("nets")
    found = snippets(language)
    assert found
    compiler, flags = "cc", list(WARNINGS)
    if language == "cpp":
        compiler, flags = "g++", ["-std=c++11", "-Wall", "-Wextra", "-pedantic", "-Werror"]
    require(lambda: find_tool(compiler))
    for i, (page, text) in enumerate(found):
        source = kws / f"{page}{i}.{language}"
        source.write_text(text)
        subprocess.run(
            [
                compiler,
                *flags,
                "-Ikws",
                "-Ivoice",
                "-Inets",
                "-Icamera",
                "-fsyntax-only",
                str(source),
            ],
            check=True,
        )
