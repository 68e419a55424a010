"""Of a network whose input comes line by line: what NAME.h, .hpp and .c have of that, and the example."""

from math import prod

from tinycompile.codegen.c import C_TYPES
from tinycompile.codegen.names import Names
from tinycompile.codegen.rows import Rows
from tinycompile.memory import MemoryPlan
from tinycompile.program import Program, Tensor


def macros(t: Tensor, accessor: str, plan: MemoryPlan) -> str:
    """In place of where the input lies."""
    macro, lines = accessor.upper(), height(plan)
    count = prod(t.shape) // lines
    return (
        f"#define {macro}_LINES {lines} /**< lines of the input, the first dimension behind the batch */\n"
        f"#define {macro}_LINE_COUNT {count} /**< elements of a line */\n"
        f"#define {macro}_LINE_BYTES {t.nbytes // lines} /**< bytes of a line */\n"
    )


def height(plan: MemoryPlan) -> int:
    assert plan.fed
    return next(stage.height for stage in plan.fed.flow.line if stage.layer < 0)


def usage(names: Names) -> str:
    """The calls that take the place of filling the input and of a run."""
    prefix, macro = names.prefix, names.inputs[0].upper()
    return (
        f" *     {prefix}_begin(arena);\n"
        f" *     {macro}_LINES times: fill {prefix}_line_buffer(arena); {prefix}_line(arena);\n"
    )


def declared(program: Program, names: Names, words: str) -> list[str]:
    prefix, ctype = names.prefix, C_TYPES[program.inputs[0].dtype]
    return [
        f"/** Begins an inference{words}. */",
        f"void {prefix}_begin(void *arena);\n",
        "/** @return where the next line of the input goes; NULL if there were all. */",
        f"{ctype} *{prefix}_line_buffer(void *arena);\n",
        "/** Takes the line in the buffer, as far as it goes.",
        " * @return 1 if it was the last: the outputs are there. Else 0. */",
        f"int {prefix}_line(void *arena);\n",
    ]


def defined(program: Program, plan: MemoryPlan, names: Names, rest: str) -> str:
    """The functions; `rest` are the calls of what runs when all lines are there."""
    assert plan.fed
    prefix, ctype = names.prefix, C_TYPES[program.inputs[0].dtype]
    group = Rows(plan.fed, program, names).name
    rows = f"    const int8_t *rows[{plan.fed.pointers}];\n"
    cast = "" if ctype == "int8_t" else f"({ctype} *)(void *)"
    return (
        f"/* How far an inference is: what is kept from line to line, beside rows. */\n"
        f"#define PROGRESS(arena) ((uint8_t *)(arena) + {plan.fed.state})\n\n"
        f"void {prefix}_begin(void *arena)\n{{\n{rows}"
        f"    memset(PROGRESS(arena), 0, {plan.fed.state_bytes});\n"
        f"    tc_begin_lines(&{group}_plan, PROGRESS(arena), arena, rows);\n}}\n\n"
        f"{ctype} *{prefix}_line_buffer(void *arena)\n{{\n"
        f"    return {cast}tc_line_buffer(&{group}_plan, PROGRESS(arena), arena);\n}}\n\n"
        f"int {prefix}_line(void *arena)\n{{\n{rows}"
        f"    if (!tc_take_line(&{group}_plan, PROGRESS(arena), arena, rows)) {{\n"
        f"        return 0;\n    }}\n{rest}    return 1;\n}}\n"
    )


def methods(program: Program, names: Names) -> str:
    """Of the class in C++."""
    prefix, ctype = names.prefix, C_TYPES[program.inputs[0].dtype]
    ctype = ctype if ctype == "float" else f"std::{ctype}"
    return (
        f"    /** Begins an inference. */\n"
        f"    void begin() {{ {prefix}_begin(arena_); }}\n\n"
        f"    /** Where the next line of the input goes, {names.inputs[0].upper()}_LINE_COUNT elements. */\n"
        f"    {ctype} *line_buffer() {{ return {prefix}_line_buffer(arena_); }}\n\n"
        f"    /** Takes the line; true if it was the last. */\n"
        f"    bool line() {{ return {prefix}_line(arena_) != 0; }}\n\n"
    )


def example(names: Names, zero: int) -> str:
    """An inference on zeros."""
    prefix, macro = names.prefix, names.inputs[0].upper()
    return (
        f"    {prefix}_begin(arena);\n"
        f"    for (int line = 0; line < {macro}_LINES; line++) {{\n"
        f"        /* Replace with real data. */\n"
        f"        memset({prefix}_line_buffer(arena), {zero}, {macro}_LINE_BYTES);\n"
        f"        (void){prefix}_line(arena);\n    }}\n"
    )
