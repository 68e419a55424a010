"""What stands against an operator becoming C."""


class Refused(Exception):
    """One line: the operator, and what TVM or the printer cannot do with it."""
