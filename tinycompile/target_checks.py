"""What values in a target's file may be: each is refused in one line, that says where it stands."""

from collections.abc import Collection
from typing import Any

from tinycompile.errors import InvalidTarget


def table(where: str, said: object, keys: Collection[str], may: Collection[str] = ()) -> Any:
    """A TOML table of exactly the `keys`, and of those that `may` be there."""
    wanted = ", ".join(keys) + "".join(f", or {key}" for key in may)
    if not isinstance(said, dict) or not set(keys) <= said.keys() <= {*keys, *may}:
        raise InvalidTarget(f"{where}: must be a table of exactly {wanted}")
    return dict(said)


def tables(where: str, said: object) -> list[object]:
    """An array of tables, of which there is at least one."""
    if not isinstance(said, list) or not said:
        raise InvalidTarget(f"{where} must be tables, [[{where.rpartition(' ')[2]}]] before each")
    return said


def integer(where: str, key: str, value: object, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InvalidTarget(f"{where}: {key} = {value!r} is no integer from {least} up")
    return value


def text(where: str, key: str, value: object, allowed: Collection[str] = ()) -> str:
    """A string, and one of those `allowed` where they are few."""
    if not isinstance(value, str):
        raise InvalidTarget(f"{where}: {key} = {value!r} is no string")
    if allowed and value not in allowed:
        choices = ", ".join(choice or '""' for choice in allowed)
        raise InvalidTarget(f"{where}: {key} = {value!r} (allowed: {choices})")
    return value


def texts(where: str, key: str, said: object) -> tuple[str, ...]:
    if not isinstance(said, list):
        raise InvalidTarget(f"{where}: {key} = {said!r} is no list of strings")
    return tuple(text(where, key, value) for value in said)
