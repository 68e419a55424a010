"""Statements as C99."""

import re

from tinycompile.codegen.c import C_TYPES, KEYWORDS, literal, real
from tinycompile.tir.refused import Refused
from tinycompile.tir.simplify import exact
from tinycompile.tir.tree import (
    LIMITS,
    Buffer,
    Const,
    Declare,
    Expr,
    If,
    Let,
    Load,
    Loop,
    Op,
    Statement,
    Store,
    Var,
    While,
    fits,
    is_integer,
)

# Precedence of C's operators, the tightest highest.
UNARY, PRODUCT, SUM, SHIFT, ORDER, EQUAL, AND, XOR, OR, BOTH, EITHER, CHOICE = range(12, 0, -1)
ATOM = 13
_INFIX = {
    "add": ("+", SUM),
    "sub": ("-", SUM),
    "mul": ("*", PRODUCT),
    "div": ("/", PRODUCT),
    "mod": ("%", PRODUCT),
    "shl": ("<<", SHIFT),
    "shr": (">>", SHIFT),
    "lt": ("<", ORDER),
    "le": ("<=", ORDER),
    "eq": ("==", EQUAL),
    "ne": ("!=", EQUAL),
    "band": ("&", AND),
    "bxor": ("^", XOR),
    "bor": ("|", OR),
    "and": ("&&", BOTH),
    "or": ("||", EITHER),
}
_FUNCTIONS = {"abs": "fabsf", "round": "rintf"}
_NEAREST = {
    "nearest": """\
/* The integer nearest to x, the even one of two, from low to high: near 1.5 * 2^23 floats are integers. */
static inline int32_t nearest(float x, float low, float high)
{
    const float bounded = x > low ? (x < high ? x : high) : low;
    return (int32_t)((bounded + 12582912.0f) - 12582912.0f);
}
""",
    "nearest_away": """\
/* The integer nearest to x, the one further from 0 of two, from low to high. */
static inline int32_t nearest_away(float x, float low, float high)
{
    const float bounded = x > low ? (x < high ? x : high) : low;
    const int32_t whole = (int32_t)bounded;
    const float rest = bounded - (float)whole; /* exact */
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}
""",
}
_WRAPPING = ("add", "sub", "mul", "shl")


class Writer:
    """Writes the statements of one function; `inputs`, `outputs` and the rest have names already."""

    def __init__(self, names: dict[Buffer, str]) -> None:
        self.buffers = dict(names)
        self.scope: list[set[str]] = [set(names.values()) | {"p", "scratch"}]
        self.variables: dict[Var, str] = {}
        self.helpers: dict[str, str] = {}  # what the text calls that C lacks
        self.lines: list[str] = []
        self.pending: set[Buffer] = set()  # registers that are declared where they get a value

    # --- Statements -------------------------------------------------------------------------------

    def block(self, statements: list[Statement], depth: int) -> None:
        self.scope.append(set(self.scope[-1]))
        for statement in statements:
            self.statement(statement, depth)
        self.scope.pop()

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def statement(self, statement: Statement, depth: int) -> None:
        match statement:
            case Store():
                self.line(depth, self.assignment(statement))
            case Let(variable, value):
                text = self.expr(value)
                self.line(depth, f"const {C_TYPES[value.dtype]} {self.name(variable)} = {text};")
            case Declare(buffer):
                self.declare(buffer, depth)
            case Loop(variable, start, stop, body):
                begin, end = self.expr(start), self.expr(stop, ORDER)
                self.scope.append(set(self.scope[-1]))
                i = self.name(variable)
                self.line(depth, f"for (int32_t {i} = {begin}; {i} < {end}; {i}++) {{")
                self.block(body, depth + 1)
                self.scope.pop()
                self.line(depth, "}")
            case If(condition, then, otherwise):
                self.line(depth, f"if ({self.expr(condition)}) {{")
                self.block(then, depth + 1)
                if otherwise:
                    self.line(depth, "} else {")
                    self.block(otherwise, depth + 1)
                self.line(depth, "}")
            case While(condition, body):
                self.line(depth, f"while ({self.expr(condition)}) {{")
                self.block(body, depth + 1)
                self.line(depth, "}")

    def declare(self, buffer: Buffer, depth: int) -> None:
        self.buffers[buffer] = self.fresh(buffer.name)
        if buffer.shape:
            self.line(depth, f"{C_TYPES[buffer.dtype]} {self.buffers[buffer]}[{buffer.size}];")
        else:
            self.pending.add(buffer)

    def assignment(self, store: Store) -> str:
        buffer, value = store.buffer, store.value
        target = self.place(buffer, store.indices)
        if buffer in self.pending:
            self.pending.remove(buffer)
            return f"{C_TYPES[buffer.dtype]} {target} = {self.expr(value)};"
        here = Load(buffer.dtype, buffer, store.indices)
        wide = buffer.dtype in ("int32", "int64", "float32")
        grows = isinstance(value, Op) and value.name == "add" and value.args[0] == here
        if wide and isinstance(value, Op) and grows and not self.wraps(value):
            return f"{target} += {self.expr(value.args[1])};"
        return f"{target} = {self.converted(value, buffer.dtype)};"

    def converted(self, value: Expr, dtype: str) -> str:
        """`value` as what an element of `dtype` is assigned: C computes in int, and warns."""
        text = self.expr(value)
        small = dtype in ("int8", "uint8", "int16", "uint16", "bool")
        explicit = isinstance(value, Load | Var | Const) or text.startswith(f"({C_TYPES[dtype]})")
        if small and not explicit:
            return f"({C_TYPES[dtype]})({text})"
        return text

    # --- Names ------------------------------------------------------------------------------------

    def fresh(self, wanted: str) -> str:
        word = re.sub(r"\W+", "_", wanted).strip("_") or "value"
        word = f"t_{word}" if word[0].isdigit() or word in KEYWORDS else word
        name, number = word, 1
        while name in self.scope[-1]:
            number += 1
            name = f"{word}{number}"
        self.scope[-1].add(name)
        return name

    def name(self, variable: Var) -> str:
        if variable not in self.variables:
            self.variables[variable] = self.fresh(variable.name)
        return self.variables[variable]

    def place(self, buffer: Buffer, indices: tuple[Expr, ...]) -> str:
        name = self.buffers[buffer]
        return f"{name}[{self.expr(indices[0])}]" if indices else name

    # --- Expressions ------------------------------------------------------------------------------

    def expr(self, expr: Expr, context: int = 0) -> str:
        """`expr`, in brackets where an operator of precedence `context` is around it."""
        match expr:
            case Const():
                return self.constant(expr, context)
            case Var():
                return self.variables[expr]
            case Load(_, buffer, indices):
                return self.place(buffer, indices)
            case Op():
                text, strength = self.op(expr)
                return f"({text})" if strength < context else text
        raise AssertionError(expr)

    def constant(self, expr: Const, context: int) -> str:
        if not is_integer(expr.dtype):
            text = real(float(expr.value))
        elif expr.dtype == "int64" and not fits(expr.bounds, "int32"):
            text = f"INT64_C({expr.value})" if expr.value > LIMITS["int64"][0] else "INT64_MIN"
        elif expr.dtype == "int32" and expr.value == LIMITS["int32"][0]:
            text = "INT32_MIN"
        elif expr.dtype in ("uint32", "uint64"):
            text = f"{expr.value}u" if expr.dtype == "uint32" else f"UINT64_C({expr.value})"
        else:
            text = literal(expr.value)
        return f"({text})" if text.startswith("-") and context > CHOICE else text

    def wraps(self, expr: Op) -> bool:
        """Whether signed arithmetic may overflow: ONNX lets it wrap, C does not."""
        signed = expr.dtype in ("int32", "int64")
        return signed and expr.name in (*_WRAPPING, "neg") and not exact(expr.name, *expr.args)

    def op(self, expr: Op) -> tuple[str, int]:
        name, args = expr.name, expr.args
        if self.wraps(expr):
            return self.wrapping(expr)
        if name == "select":
            parts = (
                self.expr(args[0], EITHER),
                self.expr(args[1], EITHER),
                self.expr(args[2], CHOICE),
            )
            return "{} ? {} : {}".format(*parts), CHOICE
        if name == "cast":
            return self.cast(expr)
        if name == "index":
            text = self.expr(args[0], UNARY)
            return (text, ATOM) if args[0].dtype == "int32" else (f"(int32_t){text}", UNARY)
        if name in ("nearest", "nearest_away"):
            return self.nearest(expr), ATOM
        if name in ("floordiv", "floormod"):
            return self.floor(expr)
        if name in ("div", "mod") and is_integer(expr.dtype):
            return self.truncated(expr)
        if name in ("min", "max"):
            return self.extreme(expr)
        if name in ("shl", "shr"):
            return self.shift(expr)
        if name in _INFIX:
            return self.infix(expr, *_INFIX[name])
        if name in ("neg", "not", "bnot"):
            sign = {"neg": "-", "not": "!", "bnot": "~"}[name]
            text = f"{sign}{self.expr(args[0], UNARY)}"
            return (f"({C_TYPES[expr.dtype]}){text}" if name == "bnot" else text), UNARY
        return self.function(expr)

    def infix(self, expr: Op, sign: str, strength: int) -> tuple[str, int]:
        a, b = expr.args
        mixed = strength in (AND, XOR, OR, SHIFT)  # whose precedence nobody knows
        left = self.expr(a, UNARY if mixed else strength)
        right = self.expr(b, UNARY if mixed else strength + 1)
        if expr.name == "or":  # gcc asks for brackets around && inside ||
            left, right = self.expr(a, EITHER), self.expr(b, EITHER)
            left = f"({left})" if isinstance(a, Op) and a.name == "and" else left
            right = f"({right})" if isinstance(b, Op) and b.name == "and" else right
        text = f"{left} {sign} {right}"
        if expr.dtype in ("int8", "uint8", "int16", "uint16"):
            return f"({C_TYPES[expr.dtype]})({text})", UNARY
        return text, strength

    def wrapping(self, expr: Op) -> tuple[str, int]:
        """In unsigned arithmetic, which wraps; compilers we know convert back by wrapping too."""
        unsigned = "uint32_t" if expr.dtype == "int32" else "uint64_t"
        args = [f"({unsigned}){self.expr(arg, UNARY)}" for arg in expr.args]
        if expr.name == "neg":
            return f"({C_TYPES[expr.dtype]})(0u - {args[0]})", UNARY
        if expr.name == "shl":
            return self.shift(expr)
        return f"({C_TYPES[expr.dtype]})({args[0]} {_INFIX[expr.name][0]} {args[1]})", UNARY

    def shift(self, expr: Op) -> tuple[str, int]:
        """Beyond the width nothing is left."""
        a, b = expr.args
        bits = {"8": 8, "16": 16, "32": 32, "64": 64}[expr.dtype.lstrip("uint")]
        c_type = C_TYPES[expr.dtype]
        wide = "uint64_t" if bits == 64 else "uint32_t"
        value = self.expr(a, UNARY)
        if expr.name == "shl" or expr.dtype.startswith("u"):
            value = f"({wide}){value}"
        text = f"({c_type})({value} {_INFIX[expr.name][0]} {self.expr(b, UNARY)})"
        if b.bounds[0] >= 0 and b.bounds[1] < bits:
            return text, UNARY
        inside = f"{self.expr(b, ORDER)} < {bits}"
        if b.bounds[0] < 0:
            inside = f"{self.expr(b, ORDER)} >= 0 && {inside}"
        return f"{inside} ? {text} : 0", CHOICE

    def cast(self, expr: Op) -> tuple[str, int]:
        (value,) = expr.args
        dtype, c_type = expr.dtype, C_TYPES[expr.dtype]
        if not is_integer(value.dtype) and is_integer(dtype):
            if dtype == "bool":
                return f"{self.expr(value, EQUAL)} != 0.0f", EQUAL
            low, high = value.bounds
            if not fits((low + 1 if low > 0 else low, high), dtype):
                return self.saturating(expr), ATOM
        return f"({c_type}){self.expr(value, UNARY)}", UNARY

    def saturating(self, expr: Op) -> str:
        """A float as an integer; what is beyond is the nearest there is, what is no number is 0."""
        dtype, c_type = expr.dtype, C_TYPES[expr.dtype]
        low, high = LIMITS[dtype]
        above = float(2 ** high.bit_length())
        ends = [f"{c_type.upper()[:-2]}_MIN" if low else "0", f"{c_type.upper()[:-2]}_MAX"]
        name = f"to_{dtype}"
        self.helpers[name] = (
            f"static inline {c_type} {name}(float x)\n{{\n"
            f"    if (x >= {real(above)}) {{\n        return {ends[1]};\n    }}\n"
            f"    if (x <= {real(float(low))}) {{\n        return {ends[0]};\n    }}\n"
            f"    return x == x ? ({c_type})x : 0;\n}}\n"
        )
        return f"{name}({self.expr(expr.args[0])})"

    def nearest(self, expr: Op) -> str:
        """The nearest integer between bounds; what is no number becomes the lower bound."""
        self.helpers[expr.name] = _NEAREST[expr.name]
        return f"{expr.name}({', '.join(map(self.expr, expr.args))})"

    def floor(self, expr: Op) -> tuple[str, int]:
        a, b = expr.args
        if not is_integer(expr.dtype):
            raise Refused(f"C has no {expr.name} of {expr.dtype}")
        if a.bounds[0] >= 0 and b.bounds[0] > 0:
            return self.infix(expr, "/" if expr.name == "floordiv" else "%", PRODUCT)
        name = f"{'floor_div' if expr.name == 'floordiv' else 'floor_mod'}_{expr.dtype}"
        t = C_TYPES[expr.dtype]
        body = (
            f"    return ({t})(a / b - (a % b != 0 && (a % b < 0) != (b < 0)));\n"
            if expr.name == "floordiv"
            else f"    const {t} r = ({t})(a % b);\n"
            f"    return ({t})(r != 0 && (r < 0) != (b < 0) ? r + b : r);\n"
        )
        return self.guarded(name, expr, body), ATOM

    def truncated(self, expr: Op) -> tuple[str, int]:
        b = expr.args[1]
        sign = "/" if expr.name == "div" else "%"
        if b.bounds[0] > 0 or (isinstance(b, Const) and b.value not in (0, -1)):
            return self.infix(expr, sign, PRODUCT)
        t = C_TYPES[expr.dtype]
        name = f"{'divide' if expr.name == 'div' else 'remainder'}_{expr.dtype}"
        return self.guarded(name, expr, f"    return ({t})(a {sign} b);\n"), ATOM

    def guarded(self, name: str, expr: Op, body: str) -> str:
        """A function of two integers; nothing is divided by zero, nor is the least one by -1."""
        t = C_TYPES[expr.dtype]
        quotient = "div" in expr.name
        least = f"{t.upper()[:-2]}_MIN"
        checks = "    if (b == 0) {\n        return 0;\n    }\n"
        if expr.dtype in ("int32", "int64"):
            result = "a" if quotient else "0"
            checks += f"    if (a == {least} && b == -1) {{\n        return {result};\n    }}\n"
        self.helpers[name] = f"static inline {t} {name}({t} a, {t} b)\n{{\n{checks}{body}}}\n"
        return f"{name}({self.expr(expr.args[0])}, {self.expr(expr.args[1])})"

    def extreme(self, expr: Op) -> tuple[str, int]:
        """What is no number stays, if it is the first."""
        a, b = expr.args
        sign = "<" if expr.name == "max" else ">"
        if self.is_simple(a) and self.is_simple(b):
            x, y = self.expr(a, ORDER + 1), self.expr(b, ORDER + 1)
            return f"{x} {sign} {y} ? {y} : {x}", CHOICE
        t = C_TYPES[expr.dtype]
        name = f"{expr.name}_{'float' if expr.dtype == 'float32' else expr.dtype}"
        self.helpers[name] = (
            f"static inline {t} {name}({t} a, {t} b)\n{{\n    return a {sign} b ? b : a;\n}}\n"
        )
        return f"{name}({self.expr(a)}, {self.expr(b)})", ATOM

    def is_simple(self, expr: Expr) -> bool:
        return isinstance(expr, Const | Var) or (isinstance(expr, Load) and not expr.indices)

    def function(self, expr: Op) -> tuple[str, int]:
        name, args = expr.name, expr.args
        if name == "abs" and is_integer(expr.dtype):
            return self.absolute(expr), ATOM
        if name == "isnan":
            return "{0} != {0}".format(self.expr(args[0], EQUAL)), EQUAL
        if name in ("isinf", "isfinite"):
            sign, strength = ("==", EQUAL) if name == "isinf" else ("<", ORDER)
            return f"fabsf({self.expr(args[0])}) {sign} INFINITY", strength
        if expr.dtype != "float32":
            raise Refused(f"C has no function {name} of {expr.dtype}")
        return f"{_FUNCTIONS.get(name, f'{name}f')}({', '.join(map(self.expr, args))})", ATOM

    def absolute(self, expr: Op) -> str:
        t, name = C_TYPES[expr.dtype], f"abs_{expr.dtype}"
        wide = {"int32": "uint32_t", "int64": "uint64_t"}.get(expr.dtype)
        negated = f"({t})(0u - ({wide})x)" if wide else f"({t})-x"
        self.helpers[name] = (
            f"static inline {t} {name}({t} x)\n{{\n    return x < 0 ? {negated} : x;\n}}\n"
        )
        return f"{name}({self.expr(expr.args[0])})"
