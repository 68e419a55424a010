"""A PlatformIO library: library.json."""

import json
from collections.abc import Mapping

from tinycompile.codegen.library import Library


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str]:
    about = library.about
    manifest = {
        "name": library.name,
        "version": about.version,
        "description": library.description,
        "keywords": ["neural network", "inference", "tinycompile"],
        "homepage": about.url,
        "license": about.license,
        "authors": [{"name": about.author, "email": about.email}],
        "frameworks": "*",
        "platforms": "*",
        "headers": library.headers,
        "examples": [{"name": library.name, "base": "examples", "files": ["main.c"]}],
        "build": {
            "srcDir": library.include_folder,
            "includeDir": library.include_folder,
            "unflags": "-Os",
            "flags": ["-O2", *library.defines],
        },
    }
    return {"library.json": json.dumps(manifest, indent=2) + "\n"}
