"""What a shell offers where <TAB> is pressed, and the script that makes it ask."""

import click


def target(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from tinycompile.target import names

    return [name for name in names() if name.startswith(incomplete)]


def script(command: click.Command, shell: str) -> str:
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    return made(command, {}, "tinycompile", "_TINYCOMPILE_COMPLETE").source()
