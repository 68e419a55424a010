"""What a package says of a library that nothing in the models tells."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from tinycompile.errors import InvalidOption

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
VENDOR = re.compile(r"[A-Za-z0-9_-]+")
URL = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class About:
    """`version` as Semantic Versioning has it, `vendor` a word, `url` where people read of it."""

    version: str = "1.0.0"
    vendor: str = "unknown"
    author: str = "unknown"
    email: str = "unknown@example.com"
    url: str = "https://example.com"
    license: str = "Apache-2.0"
    description: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "About":
        """Raises InvalidOption for a key or value that packages have no place for."""
        allowed = [field.name for field in fields(cls)]
        for key, value in given.items():
            if key not in allowed:
                raise InvalidOption(
                    f"--about {key}={value}: no such key; take {', '.join(allowed)}"
                )
            pattern = {"version": VERSION, "vendor": VENDOR, "url": URL}.get(key)
            if pattern and not pattern.fullmatch(value):
                asked = {VERSION: "1.2.3", VENDOR: "Acme", URL: "https://acme.com/nets"}[pattern]
                raise InvalidOption(f"--about {key}={value} is not such as {key}={asked}")
            if not value or not value.isprintable():
                raise InvalidOption(f"--about {key}: {value!r} is not one line of text")
        return replace(cls(), **given)
