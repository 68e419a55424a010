"""The options of the command line, a file a group of --help."""

from typing import Any

import click


def option(*names: str, **settings: Any) -> click.Option:
    """As `click.option`, but the option itself: groups hold them in their order."""
    return click.Option(names, **settings)
