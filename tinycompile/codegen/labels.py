"""The names of classes: an enumeration in NAME.h, their words in NAME.c."""

from tinycompile.codegen.c import comment, distinct, identifier, string
from tinycompile.codegen.names import Names
from tinycompile.program import Program


def declared(program: Program, names: Names) -> list[str]:
    """The enumeration, its length, and the function that gives the words; nothing without labels."""
    if not program.labels:
        return []
    macro, prefix = names.macro("LABELS"), names.prefix
    members = "".join(
        f"    {names.macro(f'LABEL_{word}')} = {i}, /**< {comment(label)} */\n"
        for i, (word, label) in enumerate(zip(words(program), program.labels, strict=True))
    )
    return [
        f"#define {macro} {len(program.labels)} /**< How many classes there are. */",
        f"/** The classes, by their places in the output. */\nenum {prefix}_label {{\n{members}}};\n"
        f"/** @return the name of the class `label`, from 0 to {macro} - 1. */\n"
        f"const char *{prefix}_label_name(int32_t label);\n",
    ]


def defined(program: Program, names: Names) -> list[str]:
    """The function that gives the words."""
    if not program.labels:
        return []
    listed = "".join(f"        {string(label)},\n" for label in program.labels)
    return [
        f"const char *{names.prefix}_label_name(int32_t label)\n{{\n"
        f"    static const char *const words[{names.macro('LABELS')}] = {{\n{listed}    }};\n"
        f"    return words[label];\n}}\n"
    ]


def words(program: Program) -> list[str]:
    """The labels as distinct identifiers."""
    return distinct(identifier(label) for label in program.labels)
