"""NAME.hpp: the same for C++11 and later, with sizes, types and classes that its compiler checks."""

from tinycompile.codegen import labels, lines
from tinycompile.codegen.c import C_TYPES, comment, string
from tinycompile.codegen.header import SPDX
from tinycompile.codegen.names import Names
from tinycompile.memory import MemoryPlan
from tinycompile.program import Program, Tensor


def header(program: Program, plan: MemoryPlan, names: Names, origin: str) -> str:
    """A class that has the arena and does what the functions of NAME.h do."""
    guard, prefix, macro = names.macro("HPP"), names.prefix, names.macro
    reset = (
        f"    /** Gives the state its initial value. */\n"
        f"    void reset() {{ {prefix}_reset(arena_); }}\n\n"
    )
    run = (
        f"    /** One inference. It overwrites the inputs. */\n"
        f"    void run() {{ {prefix}_run(arena_); }}\n\n"
    )
    return (
        f"{SPDX}/* {comment(origin)} */\n#ifndef {guard}\n#define {guard}\n\n"
        f'#include <cstddef>\n#include <cstdint>\n\n#include "{prefix}.h"\n\n'
        f"namespace tinycompile {{\nnamespace {prefix} {{\n\n"
        f"constexpr std::size_t arena_bytes = {macro('ARENA_BYTES')};\n"
        f"constexpr std::size_t arena_alignment = {macro('ARENA_ALIGNMENT')};\n\n"
        f"{classes(program, names)}"
        f"/** The model and its arena. Inputs and outputs are arrays, as std::span takes them. */\n"
        f"class Model {{\npublic:\n"
        f"{''.join(accessors(program, plan, names))}"
        f"{reset * bool(program.states)}"
        f"{lines.methods(program, names) if plan.fed else run}"
        f"    /** For the functions of {prefix}.h. */\n"
        f"    void *arena() {{ return arena_; }}\n\n"
        f"private:\n    alignas(arena_alignment) unsigned char arena_[arena_bytes];\n}};\n\n"
        f"}} // namespace {prefix}\n}} // namespace tinycompile\n\n#endif\n"
    )


def classes(program: Program, names: Names) -> str:
    """The labels as an enumeration, and their words."""
    if not program.labels:
        return ""
    members = "".join(
        f"    {camel(word)} = {i}, /**< {comment(label)} */\n"
        for i, (word, label) in enumerate(zip(labels.words(program), program.labels, strict=True))
    )
    return (
        f"/** The classes, by their places in the output. */\nenum class Label {{\n{members}}};\n\n"
        f"inline const char *name(Label label)\n"
        f"{{\n    return {names.prefix}_label_name(static_cast<std::int32_t>(label));\n}}\n\n"
    )


def camel(word: str) -> str:
    """`word` as no keyword or macro is written: HotDog."""
    first, *rest = word.split("_")
    return first.capitalize() + "".join(
        f"_{part}" if part[:1].isdigit() else part.capitalize() for part in rest
    )


def accessors(program: Program, plan: MemoryPlan, names: Names) -> list[str]:
    return [
        accessor(t, name, name.removeprefix(f"{names.prefix}_"), const)
        for tensors, found, const in (
            ([] if plan.fed else program.inputs, [] if plan.fed else names.inputs, ""),
            (program.outputs, names.outputs, "const "),
        )
        for t, name in zip(tensors, found, strict=True)
    ]


def accessor(t: Tensor, function: str, method: str, const: str) -> str:
    """A tensor as a reference to an array of its length."""
    ctype = C_TYPES[t.dtype]
    array = f"{const}{ctype if ctype == 'float' else f'std::{ctype}'}"
    count = f"{function.upper()}_COUNT"
    return (
        f"    /** {string(t.name)} */\n"
        f"    {array} (&{method}(){' const' * bool(const)})[{count}]\n"
        f"    {{\n        return *reinterpret_cast<{array} (*)[{count}]>(::{function}(arena_));\n    }}\n\n"
    )
