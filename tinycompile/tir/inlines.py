"""The small functions that generated code calls where C has no operator; a text has those it needs."""

from tinycompile.codegen.c import C_TYPES, real
from tinycompile.tir.tree import LIMITS

_NEAREST = """\
/* The integer nearest to x, the even one of two, from low to high: near 1.5 * 2^23 floats are integers. */
static inline int32_t nearest(float x, float low, float high)
{
    const float bounded = x > low ? (x < high ? x : high) : low;
    return (int32_t)((bounded + 12582912.0f) - 12582912.0f);
}
"""
_NEAREST_AWAY = """\
/* The integer nearest to x, the one further from 0 of two, from low to high. */
static inline int32_t nearest_away(float x, float low, float high)
{
    const float bounded = x > low ? (x < high ? x : high) : low;
    const int32_t whole = (int32_t)bounded;
    const float rest = bounded - (float)whole; /* exact */
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}
"""


WIDENED = """\
/* A half as a float: its exponent moved by 112, which also normalises what is below the least normal half. */
static inline float widened(uint16_t half)
{
    union {
        uint32_t bits;
        float value;
    } x;
    x.bits = (uint32_t)(half & 0x7FFFu) << 13;
    x.value *= 5.19229686e+33f; /* 2^112 */
    x.bits |= (uint32_t)(half & 0x8000u) << 16;
    return x.value;
}
"""


def nearest(name: str) -> str:
    return {"nearest": _NEAREST, "nearest_away": _NEAREST_AWAY}[name]


def least(dtype: str) -> str:
    """The lowest value of an integer type, by its name."""
    return f"{C_TYPES[dtype].upper()[:-2]}_MIN" if LIMITS[dtype][0] else "0"


def saturating(dtype: str) -> str:
    """`to_TYPE`: what is beyond the type is the nearest there is, what is no number is 0."""
    c_type, (low, high) = C_TYPES[dtype], LIMITS[dtype]
    return f"""\
static inline {c_type} to_{dtype}(float x)
{{
    if (x >= {real(float(2 ** high.bit_length()))}) {{
        return {c_type.upper()[:-2]}_MAX;
    }}
    if (x <= {real(float(low))}) {{
        return {least(dtype)};
    }}
    return x == x ? ({c_type})x : 0;
}}
"""


def extreme(name: str, kind: str, dtype: str) -> str:
    """`max` or `min`: what is no number stays, if it is the first."""
    c_type, sign = C_TYPES[dtype], "<" if kind == "max" else ">"
    return f"""\
static inline {c_type} {name}({c_type} a, {c_type} b)
{{
    return a {sign} b ? b : a;
}}
"""


def absolute(name: str, dtype: str) -> str:
    """The magnitude; of the least integer, which has none, itself."""
    c_type = C_TYPES[dtype]
    wide = {"int32": "uint32_t", "int64": "uint64_t"}.get(dtype)
    negated = f"({c_type})(0u - ({wide})x)" if wide else f"({c_type})-x"
    return f"""\
static inline {c_type} {name}({c_type} x)
{{
    return x < 0 ? {negated} : x;
}}
"""


_QUOTIENTS = {
    "div": "    return ({t})(a / b);\n",
    "mod": "    return ({t})(a % b);\n",
    "floordiv": "    return ({t})(a / b - (a % b != 0 && (a % b < 0) != (b < 0)));\n",
    "floormod": (
        "    const {t} rest = ({t})(a % b);\n"
        "    return ({t})(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);\n"
    ),
}
_UNSIGNED = {"floordiv": "div", "floormod": "mod"}


def quotient(name: str, kind: str, dtype: str, known: bool) -> str:
    """A division; unless the divisor is `known`, nothing is divided by 0, nor the least integer by -1."""
    c_type = C_TYPES[dtype]
    guards = "" if known else "    if (b == 0) {\n        return 0;\n    }\n"
    if not known and dtype in ("int32", "int64"):
        result = "a" if kind in ("div", "floordiv") else "0"
        guards += f"    if (a == {least(dtype)} && b == -1) {{\n        return {result};\n    }}\n"
    if dtype.startswith("u"):
        kind = _UNSIGNED.get(kind, kind)
    body = _QUOTIENTS[kind].format(t=c_type)
    return f"static inline {c_type} {name}({c_type} a, {c_type} b)\n{{\n{guards}{body}}}\n"
