"""A Rust crate without std: build.rs compiles the C with the crate cc, lib.rs makes it safe to call."""

import json
from collections.abc import Mapping
from math import prod

import numpy as np

from tinycompile.codegen.c import comment
from tinycompile.codegen.header_tensors import shape
from tinycompile.codegen.library import Library, Model
from tinycompile.errors import InvalidOption
from tinycompile.program import Tensor

TYPES = {
    "int8": "i8",
    "uint8": "u8",
    "int16": "i16",
    "uint16": "u16",
    "int32": "i32",
    "uint32": "u32",
    "int64": "i64",
    "uint64": "u64",
    "float32": "f32",
    "bool": "u8",
}
# Words that a crate or a module cannot be called, beside those of C.
WORDS = frozenset(
    "abstract alloc as async await become box core crate dyn final fn gen impl in let loop "  # noqa: SIM905
    "macro match mod move mut override priv proc_macro pub ref self std super test trait type "
    "unsafe unsized use where yield".split()
)

CARGO = """\
[package]
name = "{crate}"
version = "{version}"
edition = "2021"
description = {description}
license-file = "LICENSES.txt"
links = "{name}"
build = "rust/build.rs"
exclude = ["*.pack", "*.zip"]

[lib]
path = "rust/lib.rs"

[[example]]
name = "run"
path = "examples/rust/run.rs"

[build-dependencies]
cc = "1"
"""

BUILD = """\
fn main() {{
    println!("cargo:rerun-if-changed={include}");
{math}    cc::Build::new()
        .include("{include}")
        .flag_if_supported("-std=c99")
{flags}        .warnings(false)
        .opt_level(2) // in debug builds, too: kernels would take several times as long
        .files([
{sources}
        ])
        .compile("{name}");
}}
"""

LIBRARY = """\
//! {description}
//!
//! Models that run one after the other share an [`Arena`]: write the inputs of one, run it, read its outputs.
#![no_std]

use core::ffi::c_void;

/// Bytes of the arena.
pub const ARENA_BYTES: usize = {arena_bytes};

/// What the models work in. There is no other state.
#[repr(C, align({alignment}))]
pub struct Arena([u8; ARENA_BYTES]);

impl Arena {{
    pub const fn new() -> Self {{
        Self([0; ARENA_BYTES])
    }}
}}

impl Default for Arena {{
    fn default() -> Self {{
        Self::new()
    }}
}}

extern "C" {{
{declared}
}}

{modules}"""

EXAMPLE = """\
use {crate}::Arena;

fn main() {{
    let mut arena = Box::new(Arena::new());
{body}}}
"""


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str]:
    if by_lines := [one.program.name for one in library.models if one.plan.fed]:
        raise InvalidOption(
            f"--export rust: {by_lines[0]} takes its input line by line, for which the crate has no "
            "functions; leave out --stream-input or --export rust"
        )
    words = {
        "name": library.name,
        "crate": word(library.name),
        "version": library.about.version,
        "description": json.dumps(library.description, ensure_ascii=False),  # TOML's as well
        "include": library.include_folder,
        "flags": "".join(f'        .flag("{flag}")\n' for flag in library.defines),
        "math": '    println!("cargo:rustc-link-lib=m");\n' * library.needs_math,
        "sources": "\n".join(f'            "{source}",' for source in library.sources),
    }
    return {
        "Cargo.toml": CARGO.format(**words),
        "rust/build.rs": BUILD.format(**words),
        "rust/lib.rs": lib(library),
        "examples/rust/run.rs": EXAMPLE.format(
            crate=words["crate"], body="".join(example(words["crate"], m) for m in library.models)
        ),
    }


def word(name: str) -> str:
    return f"{name}_model" if name in WORDS else name


def lib(library: Library) -> str:
    functions = [
        f"{one.program.name}_{what}"
        for one in library.models
        for what in ("run", *["reset"] * bool(one.program.states))
    ]
    return LIBRARY.format(
        description=library.description,
        arena_bytes=library.arena_bytes,
        alignment=library.alignment,
        declared="\n".join(f"    fn {name}(arena: *mut c_void);" for name in functions),
        modules="\n".join(map(module, library.models)),
    )


def module(one: Model) -> str:
    """The safe functions of a model: every bit pattern is a value, and indices are checked."""
    program, name = one.program, one.program.name
    parts = [
        *(tensor(one, t, a, "mut ") for t, a in zip(program.inputs, one.names.inputs, strict=True)),
        *(tensor(one, t, a, "") for t, a in zip(program.outputs, one.names.outputs, strict=True)),
        function(name, "run", "One inference; it overwrites the inputs.", checks(one)),
    ]
    if program.states:
        parts.append(function(name, "reset", "Begins a stream: call it before the first run."))
    body = "\n".join(parts)
    return (
        f"/// The model {name}, from {comment(one.source)}: {program.macs} multiply-accumulates.\n"
        f"pub mod {word(name)} {{\n    use super::Arena;\n\n{body}}}\n"
    )


def tensor(one: Model, t: Tensor, accessor: str, mutable: str) -> str:
    """Size, quantisation and accessor of an input, which is `mutable`, or an output."""
    short = accessor.removeprefix(f"{one.program.name}_")
    macro, kind, offset = short.upper(), TYPES[t.dtype], one.plan.offsets[t.storage]
    lines = [f"    pub const {macro}_COUNT: usize = {prod(t.shape)};"]
    if t.quantization and t.dtype != "float32":
        scale = np.float32(t.quantization.scale)  # in the fewest digits, as Rust's linter wants it
        lines.append(f"    pub const {macro}_SCALE: f32 = {scale!s};")
        lines.append(f"    pub const {macro}_ZERO_POINT: i32 = {t.quantization.zero_point};")
    pointer = "as_mut_ptr" if mutable else "as_ptr"
    return "\n".join(
        [
            *lines,
            f'    /// "{comment(t.name)}": {kind} {shape(t)}',
            f"    pub fn {short}(arena: &{mutable}Arena) -> &{mutable}[{kind}; {macro}_COUNT] {{",
            "        // SAFETY: it lies in the arena, at a multiple of its alignment; any bits are a value.",
            f"        unsafe {{ &{mutable}*arena.0.{pointer}().add({offset}).cast() }}",
            "    }\n",
        ]
    )


def checks(one: Model) -> list[str]:
    """Of inputs that are indices: the C trusts them."""
    found = []
    for t, accessor in zip(one.program.inputs, one.names.inputs, strict=True):
        limit = 2 if t.dtype == "bool" else one.program.limits.get(t.name)
        if limit:
            short = accessor.removeprefix(f"{one.program.name}_")
            found.append(f"assert!({short}(arena).iter().all(|i| (0..{limit}).contains(i)));")
    return found


def function(model: str, what: str, words: str, before: list[str] | None = None) -> str:
    lines = "".join(f"        {line}\n" for line in before or [])
    return (
        f"    /// {words}\n    pub fn {what}(arena: &mut Arena) {{\n{lines}"
        "        // SAFETY: the arena has the size and alignment that the function asks for.\n"
        f"        unsafe {{ super::{model}_{what}(arena.0.as_mut_ptr().cast()) }}\n    }}\n"
    )


def example(crate: str, one: Model) -> str:
    name = one.program.name
    path = f"{crate}::{word(name)}"
    lines = [f"{path}::reset(&mut arena);"] * bool(one.program.states)
    for t, accessor in zip(one.program.inputs, one.names.inputs, strict=True):
        zero = t.quantization.zero_point if t.quantization and t.dtype == "int8" else 0
        value = f"{zero}.0" if t.dtype == "float32" else f"{zero}"
        lines.append(f"{path}::{accessor.removeprefix(f'{name}_')}(&mut arena).fill({value});")
    lines.append(f"{path}::run(&mut arena);")
    lines += [
        f'println!("{accessor} {{:?}}", {path}::{accessor.removeprefix(f"{name}_")}(&arena));'
        for accessor in one.names.outputs
    ]
    return "".join(f"    {line}\n" for line in lines)
