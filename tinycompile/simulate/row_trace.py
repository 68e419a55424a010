"""C that keeps every row that layers make which run together: tensors that never are there as a whole."""

from collections.abc import Iterator

from tinycompile.codegen.names import Names
from tinycompile.codegen.rows import Rows
from tinycompile.memory.together import Together
from tinycompile.program import Program, Tensor

FUNCTION = """
/* Runs all calls; after each the row that was made, of so many `bytes`, is copied to those of its tensor. */
static void trace_rows(const struct tc_rows *plan, const uint32_t *bytes, int8_t *const *kept,
                       const int8_t **rows)
{
    uint32_t made[256] = {0};
    for (uint32_t call = 0; call < plan->length; call++) {
        const uint32_t stage = plan->schedule[call], y = made[stage]++;
        if (plan->stages[stage].row != NULL) {
            tc_make_row(plan, stage, y, (int8_t *)arena, rows);
        }
        const int8_t *row = tc_row_made(plan, stage, y, (int8_t *)arena);
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
    yield f"    trace_rows(&{Rows(group, program, names).name}_plan, bytes, kept, rows);"
    yield "}"
    makers = {stage.output: i for i, stage in enumerate(line)}
    for layer in program.layers[group.first : group.end]:
        yield from (write(group, makers, t) for t in layer.outputs if t.name in traced)


def write(group: Together, makers: dict[str, int], t: Tensor) -> str:
    return f"write_out(out, {kept_name(group, makers[t.storage])}, {t.nbytes});"
