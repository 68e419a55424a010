"""Writing C: identifiers, literals, tables. Nothing here knows about models."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

import numpy as np

from tinycompile.program import brief

WIDTH = 96  # columns of a generated table
INDENT = "   "  # of its lines; every item begins with a space

C_TYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "int64": "int64_t",
    "uint64": "uint64_t",
    "float32": "float",
    "bool": "uint8_t",  # 0 or 1
}

NO_NUMBERS = {"inf": "INFINITY", "-inf": "-INFINITY", "nan": "NAN", "-nan": "NAN"}

# Words that no tensor may be called in C or C++.
KEYWORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for "  # noqa: SIM905
    "goto if inline int "
    "long register restrict return short signed sizeof static struct switch typedef union unsigned void "
    "volatile while bool class delete export friend namespace new operator private protected public "
    "template this throw try typename using virtual true false and or not xor main".split()
)


def identifier(name: str) -> str:
    """`name` as a C identifier in lower case: whatever C does not take becomes one underscore."""
    word = re.sub(r"_+", "_", re.sub(r"\W+", "_", name, flags=re.ASCII)).strip("_").lower()
    return (
        word if word and not word[0].isdigit() and word not in KEYWORDS else f"t_{word}".rstrip("_")
    )


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """A distinct identifier for each of `names`, made of what tells most of it."""
    found = list(names)
    return dict(zip(found, distinct(identifier(brief(name)) for name in found), strict=True))


def distinct(words: Iterable[str]) -> list[str]:
    """`words`, those that were there before with a number behind them."""
    taken: dict[str, None] = {}
    for base in words:
        word, count = base, 1
        while word in taken:
            count += 1
            word = f"{base}_{count}"
        taken[word] = None
    return list(taken)


def string(text: str) -> str:
    """`text` as a C string, in UTF-8; no two of its question marks begin a trigraph."""
    shown = (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}" for byte in text.encode())
    escaped = (f"\\{c}" if c in '"\\?' else c for c in shown)
    return f'"{"".join(escaped)}"'


def comment(text: str) -> str:
    """`text` made safe inside a C comment, on one line."""
    shown = "".join(c if c.isprintable() else " " for c in text.replace("\\", "/"))
    return shown.replace("*/", "* /").replace("/*", "/ *")


def table(declaration: str, values: np.ndarray) -> str:
    """`static const T name[n] = {...};`, wrapped."""
    items = [f" {text}," for text in literals(values)]
    ends = [0, *accumulate(map(len, items))]  # where each begins in a text without breaks
    lines, first = [], 0
    while first < len(items):
        last = bisect_right(ends, ends[first] + WIDTH - len(INDENT), first + 2) - 1
        lines.append(INDENT + "".join(items[first:last]))
        first = last
    body = "\n".join(lines)
    ctype = C_TYPES[str(values.dtype)]
    return f"static const {ctype} {declaration}[{values.size}] = {{\n{body}\n}};\n"


def literals(values: np.ndarray) -> list[str]:
    """`literal` of every one; networks have millions."""
    if values.dtype.kind == "f":
        return reals(values)
    known = {value: literal(value) for value in np.unique(values).tolist()}
    return [known[value] for value in values.ravel().tolist()]


def literal(value: int | float | np.generic) -> str:
    """A number as C reads it back exactly."""
    if isinstance(value, float | np.floating):
        return real(float(value))
    number = int(value)
    if number in (-(2**31), -(2**63)):  # C has no negative literals: their magnitude does not fit
        return f"({number + 1} - 1)"
    return str(number)


def real(value: float) -> str:
    """A float32 literal, with enough digits to be exact; what is no number by its name in math.h."""
    return reals(np.array(value, np.float32))[0]


def reals(values: np.ndarray) -> list[str]:
    texts = ("%.9g " * values.size % tuple(values.ravel().tolist())).split()
    return [f"{t}f" if "." in t or "e" in t else NO_NUMBERS.get(t, f"{t}.0f") for t in texts]


def math_header(body: str) -> str:
    """The include of math.h, if `body` has a literal that it defines."""
    return "#include <math.h>\n" * bool(re.search(r"\b(NAN|INFINITY)\b", body))
