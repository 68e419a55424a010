"""Where the pattern of a kernel fits a graph: all of what it found must be the kernel's own."""

from tvm import relax

from tinycompile.kernel import Bindings, Match, Pattern, count_uses


def match_at(pattern: Pattern, root: relax.Var, bindings: Bindings) -> Match | None:
    """What `pattern` finds at `root`, unless an intermediate value of it is needed elsewhere."""
    match = pattern.extract(root, bindings)
    if match is None:
        return None
    inner = interior(root, match, bindings.values)
    inside = count_uses(bindings.values[var] for var in inner)
    shared = any(bindings.uses[var] > inside[var] for var in inner if not var.same_as(root))
    return None if shared else match


def interior(root: relax.Var, match: Match, values: dict[relax.Var, relax.Expr]) -> list[relax.Var]:
    """The variables bound to matched operators, `root` last."""
    matched = {expr for expr in match.parts.values() if isinstance(expr, relax.Call)}
    found: list[relax.Var] = []

    def visit(var: relax.Var) -> None:
        for argument in values[var].args:
            if isinstance(argument, relax.Var) and values.get(argument) in matched:
                visit(argument)
        if var not in found:
            found.append(var)

    visit(root)
    return found
