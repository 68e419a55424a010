"""README.md, which package managers show."""

from tinycompile.codegen.library import Library

TEXT = """\
# {name} {version}

{description}

| model | arena bytes | state bytes | multiply-accumulates |
| --- | ---: | ---: | ---: |
{rows}

`{header}` is the header to include; it documents the C API. Declare the arena that all models share:

```c
{arena}
```

`examples/main.c` runs each model once. LICENSES.txt says what is whose.
"""


def added(library: Library) -> dict[str, str]:
    rows = "\n".join(
        f"| {one.program.name} | {one.plan.arena_bytes:,} | {one.plan.state_bytes:,} | {one.program.macs:,} |"
        for one in library.models
    )
    return {
        "README.md": TEXT.format(
            name=library.name,
            version=library.about.version,
            description=library.description,
            rows=rows,
            header=library.headers[0],
            arena=library.arena,
        )
    }
