"""A Zephyr module: found through zephyr/module.yml, switched on by a Kconfig symbol; and a sample."""

from collections.abc import Mapping

from tinycompile.cmsis_nn import FOLDER
from tinycompile.codegen import example
from tinycompile.codegen.library import Library

MODULE = """\
name: {name}
build:
  cmake: zephyr
  kconfig: zephyr/Kconfig
samples:
  - examples/zephyr
"""

LISTS = """\
if(CONFIG_{macro})
    zephyr_library_named(tinycompile_{name})
    zephyr_library_sources(
{sources}
    )
    zephyr_include_directories(${{CMAKE_CURRENT_LIST_DIR}}/../{include})
    if(CONFIG_{macro}_SPEED)
        zephyr_library_compile_options(-O2)
    endif()
endif()
"""

KCONFIG = """\
config {macro}
    bool "{description}"
{needs}    help
      {name} is a library of neural networks, compiled by TinyCompile.

if {macro}

config {macro}_SPEED
    bool "Optimise its kernels for speed"
    default y
    help
      Compile them with -O2 whatever the rest is compiled with.

config {macro}_ARENA_BYTES
    int
    default {arena_bytes}

endif
"""

SAMPLE = """\
cmake_minimum_required(VERSION 3.20.0)
list(APPEND EXTRA_ZEPHYR_MODULES ${{CMAKE_CURRENT_LIST_DIR}}/../..)
find_package(Zephyr REQUIRED HINTS $ENV{{ZEPHYR_BASE}})
project({name}_sample C)
target_sources(app PRIVATE src/main.c)
"""

YAML = """\
sample:
  name: {name}
tests:
  sample.{name}:
    build_only: true
    filter: CONFIG_CPU_CORTEX_M
"""


PLAIN = str.maketrans(
    {'"': "'", "\\": "/", "$": " "}
)  # what a string of Kconfig does not take as it is
# The symbols CMSIS_NN_... that Zephyr has; each is named as a folder of CMSIS-NN's sources.
PARTS = frozenset(
    "ACTIVATION BASICMATH CONCATENATION CONVOLUTION FULLYCONNECTED NNSUPPORT POOLING RESHAPE "  # noqa: SIM905
    "SOFTMAX SVD LSTM".split()
)


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str]:
    words = {
        "name": library.name,
        "macro": f"TINYCOMPILE_{library.name.upper()}",  # CONFIG_NET is Zephyr's
        "include": library.include_folder,
        "sources": "\n".join(
            f"        ${{CMAKE_CURRENT_LIST_DIR}}/../{source}" for source in library.sources
        ),
        "description": library.description.translate(PLAIN),
        "needs": "".join(f"    {line}\n" for line in needs(library)),
        "arena_bytes": library.arena_bytes,
    }
    return {
        "zephyr/module.yml": MODULE.format(**words),
        "zephyr/CMakeLists.txt": LISTS.format(**words),
        "zephyr/Kconfig": KCONFIG.format(**words),
        "examples/zephyr/CMakeLists.txt": SAMPLE.format(**words),
        "examples/zephyr/prj.conf": f"CONFIG_{words['macro']}=y\nCONFIG_MAIN_STACK_SIZE=4096\n",
        "examples/zephyr/sample.yaml": YAML.format(**words),
        "examples/zephyr/src/main.c": example.main(library),
    }


def needs(library: Library) -> list[str]:
    """What it takes of Zephyr: there is one CMSIS-NN, Zephyr's or the library's."""
    lines = ["depends on CPU_CORTEX_M"] * bool(library.only_for_cortex_m)
    if not library.cmsis_nn:
        return lines
    if not library.external:
        return [*lines, "depends on !CMSIS_NN"]
    source = f"{FOLDER}/Source/"
    folders = {
        name.removeprefix(source).split("/")[0] for name in library.cmsis_nn if source in name
    }
    parts = sorted(PARTS & {folder.removesuffix("Functions").upper() for folder in folders})
    return [*lines, "select CMSIS_NN", *(f"select CMSIS_NN_{part}" for part in parts)]
