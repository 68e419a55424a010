"""Long lines of C, broken where a reader would."""

WIDTH = 100
_AFTER = (" +", " -", " &&", " ||", " =", ",", " <", " >", " ==")
_TIGHTER = (" *", " /", " %")
_BEFORE = ("? ", ": ")


def wrapped(line: str) -> list[str]:
    """`line` as lines of bearable length, those after the first indented by four more."""
    indent = len(line) - len(line.lstrip())
    lines = []
    while len(line) > WIDTH and (at := _break(line, indent)):
        lines.append(line[:at].rstrip())
        line = " " * (indent + 4 if len(lines) == 1 else indent) + line[at:].lstrip()
        indent = len(line) - len(line.lstrip())
    return [*lines, line]


def _break(line: str, indent: int) -> int:
    """Where to break: inside as few brackets as can be, then as late as can be; 0 if nowhere."""
    best, fewest, depth = 0, 99.0, 0
    for at, character in enumerate(line[: WIDTH + 1]):
        depth += (character in "([") - (character in ")]")
        if character != " " or at < indent + (WIDTH - indent) // 3:
            continue
        before, after = line[:at], line[at + 1 :]
        tight = before.endswith(_TIGHTER)
        if not (tight or before.endswith(_AFTER) or after.startswith(_BEFORE)):
            continue
        if depth + tight / 2 <= fewest:
            best, fewest = at + 1, depth + tight / 2
    return best
