"""Writes the files of a new kernel, pass or target into this checkout, ready to be filled in."""

import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from tinycompile.errors import InvalidOption, OutputError, TinyCompileError

ROOT = Path(__file__).parents[2]
LIST = "tinycompile/kernels/portable/__init__.py"
END_OF_LIST = "\n)\n\n\ndef kernels()"
PHASES = ("canonicalize", "layout", "quantize", "integers", "windows", "shrink", "select")
TYPES = {"s8": ("int8_t", "int8"), "s16": ("int16_t", "int16"), "f32": ("float", "float32")}

LONGEST = 36  # characters of a name
OF_INTEGERS = {
    "pattern": 'p.quantize(p.external("made", OPERATOR, p.dequantize("input")), clamped=False)',
    "graph": 'quantized(external.call(OPERATOR, real(x), ty=ty), dtype="DTYPE")',
    "compare": 'e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "DTYPE", x=(3, 40))',
    "helpers": "quantized, real, refusal",
    "modules": "elementwise as e",
    "seeds": "e.seeds",
}
OF_FLOATS = {
    "pattern": 'p.at(p.external("made", OPERATOR, p.tensor("input")))',
    "graph": "external.call(OPERATOR, x, ty=ty)",
    "compare": "real.assert_graph_is_close(run, KERNEL, graph, seed, x=(3, 40))",
    "helpers": "refusal",
    "modules": "cases, real",
    "seeds": "cases.SEEDS",
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Write the files of something new, ready to be filled in."""


@command.command("kernel")
@click.argument("name")
def kernel(name: str) -> None:
    """A portable kernel, called as an operator and the type it computes in: clamp_s8."""
    name = name.removeprefix("tc_")  # as its C function is called
    check(
        "kernel",
        name,
        "[a-z][a-z0-9]*(_[a-z0-9]+)*_(s8|s16|f32)",
        "small letters and _s8, _s16 or _f32",
    )
    kind = name.rpartition("_")[2]
    c_type, dtype = TYPES[kind]
    words = {
        "name": name,
        "guard": f"TC_{name.upper()}_H",
        "type": kind,
        "ctype": c_type,
        "dtype": dtype,
        **(OF_FLOATS if kind == "f32" else OF_INTEGERS),
        "other": {"s8": "int16", "s16": "int8", "f32": "float16"}[kind],
    }
    words = {key: text.replace("DTYPE", dtype) for key, text in words.items()}
    listed = (ROOT / LIST).read_text(encoding="utf-8")
    new = {
        f"runtime_c/portable/{kind}/tc_{name}.c": filled("kernel.c", words),
        f"runtime_c/portable/{kind}/tc_{name}.h": filled("kernel.h", words),
        f"tinycompile/kernels/portable/{kind}/{name}.py": filled("kernel.py", words),
        f"tests/kernels/portable/{kind}/test_{name}.py": filled("test_kernel.py", words),
    }
    changed = {LIST: listed.replace(END_OF_LIST, f'\n    "{kind}.{name}",{END_OF_LIST}')}
    write("kernel", name, new, changed)
    click.echo(
        "Then: fill them in, put the line in the list where its order is right, run benchmarks/code_size.py "
        "and docs/generate.py (docs/adding-a-kernel.md)."
    )


@command.command("pass")
@click.argument("name")
@click.option("--phase", type=click.Choice(PHASES), default=PHASES[0], show_default=True)
def pass_(name: str, phase: str) -> None:
    """A pass, called as what it does: remove_double_negation."""
    check("pass", name, "[a-z]+(_[a-z0-9]+)+", "words in small letters with _ between them")
    camel = "".join(word.capitalize() for word in name.split("_"))
    words = {"name": name, "camel": camel, "phase": phase}
    new = {
        f"passes/{phase}/{name}.py": filled("pass.py", words),
        f"tests/passes/{phase}/test_{name}.py": filled("test_pass.py", words),
    }
    write("pass", name, new)
    where = "tinycompile/quantize/quantizer.py" if phase == "quantize" else "tinycompile/phases.py"
    click.echo(
        f"Then: fill them in, and put {camel}() where it is to run, among the passes of {where} "
        "(docs/adding-a-pass.md)."
    )


@command.command("target")
@click.argument("name")
@click.option("--core", default="cortex-m4", show_default=True, help="The target it is based on.")
def target(name: str, core: str) -> None:
    """A target, called as the chip or board: stm32f446."""
    check("target", name, "[a-z][a-z0-9]*(-[a-z0-9]+)*", "small letters and digits, - between them")
    if not (ROOT / "targets" / f"{core}.toml").is_file():
        raise InvalidOption(f"--core {core}: there is no such target")
    write(
        "target",
        name,
        {f"targets/{name}.toml": filled("target.toml", {"name": name, "core": core})},
    )
    click.echo("Then: fill it in (docs/adding-a-target.md).")


def check(kind: str, name: str, pattern: str, rule: str) -> None:
    if not re.fullmatch(pattern, name) or len(name) > LONGEST:
        raise InvalidOption(
            f"a {kind} cannot be called {name!r}: take {rule}, of at most {LONGEST} characters"
        )


def filled(template: str, words: Mapping[str, str]) -> str:
    text = (files("tinycompile.new") / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(words)


def write(kind: str, name: str, new: Mapping[str, str], changed: Mapping[str, str] = {}) -> None:
    """Write the `new` files, unless there is such a thing already, and what is `changed` of others."""
    if not (ROOT / "pyproject.toml").is_file():
        raise OutputError(
            f"there is no checkout of TinyCompile in {ROOT}: a wheel cannot be extended"
        )
    first = Path(next(iter(new)))
    if taken := sorted((ROOT / first.parts[0]).rglob(first.name)):
        raise InvalidOption(f"there is a {kind} {name} already: {taken[0].relative_to(ROOT)}")
    for file, text in {**new, **changed}.items():
        try:
            (ROOT / file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"cannot write {ROOT / file}: {error.strerror}") from error
        click.echo(f"{'Wrote' if file in new else 'Changed'} {file}")


def main() -> int:
    """The exit status, after one line for whatever is wrong."""
    try:
        command.main(prog_name="python -m tinycompile.new", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        print(f"error: {error.format_message()}", file=sys.stderr)
        return error.exit_code
    except TinyCompileError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
