"""C that keeps every row that layers make which run together: tensors that never are there as a whole."""

from collections.abc import Iterator

from tinycompile.codegen.names import Names
from tinycompile.codegen.rows import Rows
from tinycompile.memory.together import Together
from tinycompile.program import Program, Tensor

FUNCTION = """
/* Runs all calls; after each the row that was made, of so many `bytes`, is copied to those of its tensor.
 * Lines of an input come from the file. */
static void trace_rows(int in, const struct tc_rows *plan, const uint32_t *bytes, int8_t *const *kept,
                       const int8_t **rows)
{
    uint32_t made[256] = {0};
    for (uint32_t call = 0; call < plan->length; call++) {
        const uint32_t stage = plan->schedule[call], y = made[stage]++;
        int8_t *row = tc_row_made(plan, stage, y, (int8_t *)arena);
        if (plan->stages[stage].row != NULL) {
            tc_make_row(plan, stage, y, (int8_t *)arena, rows);
        } else if (sh_read(in, row, bytes[stage]) != bytes[stage]) {
            sh_exit(2);
        }
        memcpy(kept[stage] + y * bytes[stage], row, bytes[stage]);
    }
}
"""


def definitions(program: Program, groups: tuple[Together, ...]) -> str:
    """The function, and memory for what the groups make."""
    if not groups:
        return ""
    kept = [
        f"static int8_t {kept_name(group, i)}[{stage.height * stage.row_bytes}];\n"
        for group in groups
        for i, stage in enumerate(group.flow.line)
    ]
    return f"#include <string.h>\n{FUNCTION}\n{''.join(kept)}"


def by_lines(names: Names) -> list[str]:
    """Statements of an inference whose input comes line by line, from the file."""
    size = f"{names.inputs[0].upper()}_LINE_BYTES"
    return [
        f"{names.prefix}_begin(arena);",
        f"for (uint32_t line = 0; line < {names.inputs[0].upper()}_LINES; line++) {{",
        f"    if (sh_read(in, {names.prefix}_line_buffer(arena), {size}) != {size}) {{",
        "        sh_exit(2);",
        "    }",
        f"    (void){names.prefix}_line(arena);",
        "}",
    ]


def whole_run(names: Names) -> str:
    """A function NAME_run on an image that stands somewhere else."""
    prefix, size = names.prefix, f"{names.inputs[0].upper()}_LINE_BYTES"
    return (
        f"static char image[{names.inputs[0].upper()}_BYTES];\n\n"
        f"void {prefix}_run(void *memory);\n\n"
        f"void {prefix}_run(void *memory)\n{{\n"
        f"    {prefix}_begin(memory);\n"
        f"    for (uint32_t line = 0; line < {names.inputs[0].upper()}_LINES; line++) {{\n"
        f"        memcpy({prefix}_line_buffer(memory), image + line * {size}, {size});\n"
        f"        (void){prefix}_line(memory);\n    }}\n}}\n"
    )


def kept_name(group: Together, stage: int) -> str:
    return f"kept{group.first}_{stage}"


def lines(group: Together, program: Program, names: Names, traced: set[str]) -> Iterator[str]:
    """Statements that run the group, and write the traced tensors that its layers make."""
    line = group.flow.line
    yield "{"
    yield f"    const int8_t *rows[{group.pointers}];"
    yield f"    static const uint32_t bytes[] = {{{', '.join(str(s.row_bytes) for s in line)}}};"
    kept = ", ".join(kept_name(group, i) for i in range(len(line)))
    yield f"    static int8_t *const kept[] = {{{kept}}};"
    yield f"    trace_rows(in, &{Rows(group, program, names).name}_plan, bytes, kept, rows);"
    yield "}"
    makers = {stage.output: i for i, stage in enumerate(line)}
    for layer in program.layers[group.first : group.end]:
        yield from (write(group, makers, t) for t in layer.outputs if t.name in traced)


def write(group: Together, makers: dict[str, int], t: Tensor) -> str:
    return f"write_out(out, {kept_name(group, makers[t.storage])}, {t.nbytes});"
