"""An Arduino library: library.properties, a sketch, words for the editor. Its src/ is compiled whole."""

import re
from collections.abc import Mapping

from tinycompile.codegen import example
from tinycompile.codegen.c import comment
from tinycompile.codegen.library import Library

PROPERTIES = """\
name={name}
version={version}
author={author}
maintainer={author} <{email}>
sentence={description}
paragraph={sources} as C for {target}. No heap, no interpreter: the sketch owns one arena.
category=Data Processing
url={url}
architectures=*
includes={header}
"""

SKETCH = """\
{functions}
void setup()
{{
{resets}    Serial.begin(115200);
}}

void loop()
{{
{runs}    delay(1000);
}}
"""


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str]:
    about = library.about
    return {
        "library.properties": PROPERTIES.format(
            name=library.name,
            version=about.version,
            author=about.author,
            email=about.email,
            url=about.url,
            description=library.description,
            sources=" and ".join(comment(one.source) for one in library.models),
            target=library.target.name,
            header=library.headers[0],
        ),
        "keywords.txt": keywords(library),
        f"examples/{library.name}/{library.name}.ino": SKETCH.format(
            functions=example.functions(library),
            resets=example.resets(library),
            runs="".join(f"    Serial.println(run_{m.program.name}());\n" for m in library.models),
        ),
    }


def keywords(library: Library) -> str:
    """Functions and macros of the public headers; the fields are separated by tabs."""
    headers = "".join(library.own[name] for name in library.headers)
    functions = dict.fromkeys(re.findall(r"\b(\w+)\(\w* ?void \*arena\)", headers))
    macros = dict.fromkeys(re.findall(r"^#define (\w+) .", headers, re.MULTILINE))
    lines = [f"{name}\tKEYWORD2" for name in functions] + [f"{name}\tLITERAL1" for name in macros]
    return "\n".join(lines) + "\n"
