"""Expressions as C99."""

import re

from tinycompile.codegen.c import C_TYPES, KEYWORDS, literal, real
from tinycompile.tir import inlines
from tinycompile.tir.refused import Refused
from tinycompile.tir.sums import exact
from tinycompile.tir.tree import LIMITS, Buffer, Const, Expr, Load, Op, Var, fits, is_integer

# Precedence of C's operators, the tightest highest.
UNARY, PRODUCT, SUM, SHIFT, ORDER, EQUAL, AND, XOR, OR, BOTH, EITHER, CHOICE = range(12, 0, -1)
ATOM = 13
_INFIX = {
    "add": ("+", SUM),
    "sub": ("-", SUM),
    "mul": ("*", PRODUCT),
    "div": ("/", PRODUCT),
    "mod": ("%", PRODUCT),
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
_DIVISIONS = {"div": "/", "mod": "%", "floordiv": "/", "floormod": "%"}
_PREFIX = {"neg": "-", "not": "!", "bnot": "~"}
_FUNCTIONS = {"abs": "fabsf", "round": "rintf"}  # other functions have their names and an f
SMALL = ("int8", "uint8", "int16", "uint16", "bool")  # in which C does not compute

Text = tuple[str, int]  # an expression and the precedence of its outermost operator


class Spelling:
    """Spells expressions of buffers and variables that have names; `helpers` is what the text calls."""

    def __init__(self, names: dict[Buffer, str]) -> None:
        self.buffers = dict(names)
        self.variables: dict[Var, str] = {}
        self.scope: list[set[str]] = [set(names.values()) | {"p", "scratch"}]
        self.helpers: dict[str, str] = {}

    # --- Names ------------------------------------------------------------------------------------

    def fresh(self, wanted: str) -> str:
        """A name that nothing in sight has."""
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
                text = self.constant(expr)
                return f"({text})" if text.startswith("-") and context > CHOICE else text
            case Var():
                return self.variables[expr]
            case Load(_, buffer, indices):
                place = self.place(buffer, indices)
                return self.widened(place) if buffer.half else place
            case Op():
                text, strength = self.op(expr)
                return f"({text})" if strength < context else text
        raise AssertionError(expr)

    def widened(self, place: str) -> str:
        self.helpers["widened"] = inlines.WIDENED
        return f"widened({place})"

    def constant(self, expr: Const) -> str:
        if not is_integer(expr.dtype):
            return real(float(expr.value))
        if expr.value == LIMITS[expr.dtype][0] < 0:
            return inlines.least(expr.dtype)
        if expr.dtype in ("uint32", "uint64"):
            return f"{expr.value}u" if fits(expr.bounds, "uint32") else f"UINT64_C({expr.value})"
        return literal(expr.value) if fits(expr.bounds, "int32") else f"INT64_C({expr.value})"

    def op(self, expr: Op) -> Text:
        name, args = expr.name, expr.args
        if self.wraps(expr):
            return self.wrapping(expr)
        special = getattr(self, f"_{name}", None)
        if special is not None:
            text: Text = special(expr)
            return text
        if name in _DIVISIONS and is_integer(expr.dtype):
            return self.division(expr)
        if name in _INFIX:
            return self.infix(expr, *_INFIX[name])
        if name in _PREFIX:
            operand = self.expr(args[0], UNARY)
            operand = f"({operand})" if operand.startswith("-") else operand  # or it were --
            text = f"{_PREFIX[name]}{operand}", UNARY
            return (f"({C_TYPES[expr.dtype]}){text[0]}", UNARY) if name == "bnot" else text
        if expr.dtype != "float32":
            raise Refused(f"C has no function {name} of {expr.dtype}")
        return f"{_FUNCTIONS.get(name, f'{name}f')}({', '.join(map(self.expr, args))})", ATOM

    def helper(self, name: str, text: str, *args: Expr) -> Text:
        """A call of the function `name`, which `text` defines."""
        self.helpers[name] = text
        return f"{name}({', '.join(map(self.expr, args))})", ATOM

    def infix(self, expr: Op, sign: str, strength: int) -> Text:
        a, b = expr.args
        compared = strength in (EQUAL, ORDER) and {"lt", "le", "eq", "ne"} & {
            arg.name for arg in expr.args if isinstance(arg, Op)
        }
        unclear = compared or strength in (AND, XOR, OR)  # nobody knows their precedence
        left = self.expr(a, UNARY if unclear else strength)
        right = self.expr(b, UNARY if unclear else strength + 1)
        if expr.name == "or":  # gcc asks for brackets around && inside ||
            left, right = (
                f"({self.expr(arg)})" if isinstance(arg, Op) and arg.name == "and" else text
                for arg, text in ((a, left), (b, self.expr(b, strength)))
            )
        text = f"{left} {sign} {right}"
        if expr.dtype in SMALL and expr.dtype != "bool":
            return f"({C_TYPES[expr.dtype]})({text})", UNARY
        return text, strength

    # --- Integers ---------------------------------------------------------------------------------

    def wraps(self, expr: Op) -> bool:
        """Whether signed arithmetic may overflow: ONNX lets it wrap, C does not."""
        return expr.dtype in ("int32", "int64") and not exact(expr.name, *expr.args)

    def wrapping(self, expr: Op) -> Text:
        """In unsigned arithmetic, which wraps, as compilers do when they convert back."""
        unsigned = "uint32_t" if expr.dtype == "int32" else "uint64_t"
        args = [f"({unsigned}){self.expr(arg, UNARY)}" for arg in expr.args]
        if expr.name == "neg":
            args.insert(0, "0u")
        sign = {"neg": "-"}.get(expr.name) or _INFIX[expr.name][0]
        return f"({C_TYPES[expr.dtype]})({args[0]} {sign} {args[1]})", UNARY

    def _shl(self, expr: Op) -> Text:
        """Beyond the width nothing is left."""
        value, count = expr.args
        wide = "uint64_t" if expr.dtype.endswith("64") else "uint32_t"
        sign = "<<" if expr.name == "shl" else ">>"
        shifted = f"({wide}){self.expr(value, UNARY)} {sign} {self.expr(count, UNARY)}"
        text = f"({C_TYPES[expr.dtype]})({shifted})"
        bits = self.bits(expr)
        if count.bounds[0] >= 0 and count.bounds[1] < bits:
            return text, UNARY
        return f"({wide}){self.expr(count, UNARY)} < {bits}u ? {text} : 0", CHOICE

    def _shr(self, expr: Op) -> Text:
        """Beyond the width the sign is left."""
        if expr.dtype.startswith("u"):
            return self._shl(expr)
        value, count = expr.args
        bits, by = self.bits(expr), self.expr(count, UNARY)
        if count.bounds[0] < 0 or count.bounds[1] >= bits:
            wide = "uint64_t" if bits == 64 else "uint32_t"
            by = f"(({wide}){by} < {bits}u ? {self.expr(count, CHOICE)} : {bits - 1})"
        return f"({C_TYPES[expr.dtype]})({self.expr(value, UNARY)} >> {by})", UNARY

    @staticmethod
    def bits(expr: Expr) -> int:
        return int(expr.dtype.lstrip("uint"))

    def division(self, expr: Op) -> Text:
        a, b = expr.args
        floors = expr.name.startswith("floor") and a.bounds[0] < 0
        known = b.bounds[0] > 0 or (isinstance(b, Const) and b.value not in (0, -1))
        if known and not floors:
            return self.infix(expr, _DIVISIONS[expr.name], PRODUCT)
        words = {
            "div": "divide",
            "mod": "remainder",
            "floordiv": "floor_div",
            "floormod": "floor_mod",
        }
        name = f"{words[expr.name]}_{'known_' * known}{expr.dtype}"
        return self.helper(name, inlines.quotient(name, expr.name, expr.dtype, known), a, b)

    def _index(self, expr: Op) -> Text:
        (value,) = expr.args
        text = self.expr(value, UNARY)
        return (text, ATOM) if value.dtype == "int32" else (f"(int32_t){text}", UNARY)

    # --- Of any type ------------------------------------------------------------------------------

    def _select(self, expr: Op) -> Text:
        condition, a, b = expr.args
        chosen = self.expr(a, EITHER), self.expr(b, CHOICE)
        return f"{self.expr(condition, EITHER)} ? {chosen[0]} : {chosen[1]}", CHOICE

    def _cast(self, expr: Op) -> Text:
        (value,) = expr.args
        if not is_integer(value.dtype) and is_integer(expr.dtype):
            if expr.dtype == "bool":
                return f"{self.expr(value, EQUAL)} != 0.0f", EQUAL
            low, high = value.bounds
            if not fits((low + 1 if low > 0 else low, high), expr.dtype):
                return self.helper(f"to_{expr.dtype}", inlines.saturating(expr.dtype), value)
        return f"({C_TYPES[expr.dtype]}){self.expr(value, UNARY)}", UNARY

    def _nearest(self, expr: Op) -> Text:
        return self.helper(expr.name, inlines.nearest(expr.name), *expr.args)

    _nearest_away = _nearest

    def _max(self, expr: Op) -> Text:
        """What is no number stays, if it is the first."""
        a, b = expr.args
        if all(isinstance(arg, Const | Var) or not arg.children for arg in expr.args):
            sign = "<" if expr.name == "max" else ">"
            x, y = self.expr(a, ORDER + 1), self.expr(b, ORDER + 1)
            return f"{x} {sign} {y} ? {y} : {x}", CHOICE
        name = f"{expr.name}_{'float' if expr.dtype == 'float32' else expr.dtype}"
        return self.helper(name, inlines.extreme(name, expr.name, expr.dtype), a, b)

    _min = _max

    def _abs(self, expr: Op) -> Text:
        if expr.dtype == "float32":
            return f"fabsf({self.expr(expr.args[0])})", ATOM
        if expr.dtype.startswith("u"):
            return self.expr(expr.args[0], UNARY), UNARY
        name = f"abs_{expr.dtype}"
        return self.helper(name, inlines.absolute(name, expr.dtype), *expr.args)

    def _isnan(self, expr: Op) -> Text:
        text = self.expr(expr.args[0], EQUAL + 1)
        return f"{text} != {text}", EQUAL

    def _isinf(self, expr: Op) -> Text:
        return f"fabsf({self.expr(expr.args[0])}) == INFINITY", EQUAL

    def _isfinite(self, expr: Op) -> Text:
        return f"fabsf({self.expr(expr.args[0])}) < INFINITY", ORDER
