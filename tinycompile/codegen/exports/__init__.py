"""What build systems and package managers want to read beside a library's C: one file a kind.

A kind is a function of the library, and of the files there are so far: the files that it adds.
"""

from collections.abc import Callable, Mapping, Sequence

from tinycompile.codegen.exports import (
    arduino,
    cmake,
    cmsis_pack,
    esp_idf,
    platformio,
    readme,
    rust,
    zephyr,
    zip_file,
)
from tinycompile.codegen.library import Library
from tinycompile.errors import InvalidOption

Text = str | bytes
Kind = Callable[[Library, Mapping[str, Text]], Mapping[str, Text]]

# By the words of --export; archives come last, for they hold what the others add.
KINDS: dict[str, Kind] = {
    "cmake": cmake.added,
    "zephyr": zephyr.added,
    "arduino": arduino.added,
    "platformio": platformio.added,
    "esp-idf": esp_idf.added,
    "rust": rust.added,
    "cmsis-pack": cmsis_pack.added,
    "zip": zip_file.added,
}


def added(library: Library, kinds: Sequence[str], files: Mapping[str, Text]) -> dict[str, Text]:
    """`files` and what `kinds` add to them."""
    every: dict[str, Text] = {**files}
    if kinds:
        every |= readme.added(library)
    for kind, add in KINDS.items():
        if kind in kinds:
            every |= add(library, every)
    return every


def refuse_unfit(library: Library, kinds: Sequence[str]) -> None:
    """Raise InvalidOption for a kind that does not exist, or that `library` is not for."""
    for kind in kinds:
        if kind not in KINDS:
            raise InvalidOption(f"no export {kind!r}; there are {', '.join(KINDS)}")
    if "esp-idf" in kinds and (layer := library.only_for_cortex_m):
        raise InvalidOption(
            f"--export esp-idf: layer {layer.name} has {layer.kernel.symbol}, which is for Cortex-M; "
            "compile with --kernels portable"
        )
