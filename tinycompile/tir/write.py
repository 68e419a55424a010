"""Statements as C99."""

from itertools import zip_longest

from tinycompile.codegen.c import C_TYPES
from tinycompile.tir.spelling import ORDER, SMALL, Spelling
from tinycompile.tir.tree import (
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
)


class Writer(Spelling):
    """Writes the statements of one function; inputs, outputs and tables have `names` already."""

    def __init__(self, names: dict[Buffer, str]) -> None:
        super().__init__(names)
        self.lines: list[str] = []
        self.pending: set[Buffer] = set()  # registers that are declared where they get a value

    # --- Statements -------------------------------------------------------------------------------

    def block(self, statements: list[Statement], depth: int) -> None:
        self.scope.append(set(self.scope[-1]))
        for statement, following in zip_longest(statements, statements[1:]):
            if isinstance(statement, Declare):
                self.declare(statement.buffer, following, depth)
            else:
                self.statement(statement, depth)
        self.scope.pop()

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def statement(self, statement: Statement, depth: int) -> None:
        match statement:
            case Store(buffer, indices, value):
                if value != Load(buffer.dtype, buffer, indices):  # as where one element is sorted
                    self.line(depth, self.assignment(statement))
            case Let(variable, value):
                text = self.expr(value)
                self.line(depth, f"const {C_TYPES[value.dtype]} {self.name(variable)} = {text};")
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

    def declare(self, buffer: Buffer, following: Statement | None, depth: int) -> None:
        """Declare `buffer`; a register by the statement `following`, if that gives it a value."""
        name = self.buffers[buffer] = self.fresh(buffer.name)
        c_type = C_TYPES[buffer.dtype]
        if buffer.shape:
            self.line(depth, f"{c_type} {name}[{buffer.size}];")
        elif isinstance(following, Store) and following.buffer is buffer:
            self.pending.add(buffer)
        else:
            self.line(depth, f"{c_type} {name} = 0;")

    def assignment(self, store: Store) -> str:
        buffer, value = store.buffer, store.value
        target = self.place(buffer, store.indices)
        if buffer in self.pending:
            self.pending.remove(buffer)
            return f"{C_TYPES[buffer.dtype]} {target} = {self.expr(value)};"
        here = Load(buffer.dtype, buffer, store.indices)
        wide = buffer.dtype in ("int32", "int64", "float32")
        grows = isinstance(value, Op) and value.name == "add" and here in value.args
        if wide and isinstance(value, Op) and grows and not self.wraps(value):
            added = value.args[1 if value.args[0] == here else 0]
            return f"{target} += {self.expr(added)};"
        return f"{target} = {self.converted(value, buffer.dtype)};"

    def converted(self, value: Expr, dtype: str) -> str:
        """`value` as what an element of `dtype` is assigned: C computes in int, and warns."""
        text = self.expr(value)
        explicit = isinstance(value, Load | Var | Const) or text.startswith(f"({C_TYPES[dtype]})")
        if dtype in SMALL and not explicit:
            return f"({C_TYPES[dtype]})({text})"
        return text
