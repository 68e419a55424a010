"""A component of ESP-IDF: its CMakeLists.txt registers it, idf_component.yml describes it; and an example."""

import json
from collections.abc import Mapping

from tinycompile.codegen import example
from tinycompile.codegen.library import Library

REGISTER = """\
# ESP-IDF reads this file twice: first, as a script, to learn what the component needs.
if(COMMAND idf_component_register)
    idf_component_register(
        SRCS
{sources}
        INCLUDE_DIRS {include}
    )
    target_compile_options(${{COMPONENT_LIB}} PRIVATE -O2)
    return()
endif()

"""

MANIFEST = """\
version: "{version}"
description: {description}
url: {url}
license: {license}
dependencies:
  idf: ">=5.0"
examples:
  - path: examples/esp-idf
"""

PROJECT = """\
cmake_minimum_required(VERSION 3.16)
include($ENV{{IDF_PATH}}/tools/cmake/project.cmake)
project({name}_example)
"""

DEPENDENCIES = """\
dependencies:
  {name}:
    path: ../../..
"""


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str]:
    about, lists = library.about, files["CMakeLists.txt"]
    assert isinstance(lists, str)
    words = {
        "name": library.name,
        "sources": "\n".join(f"            {source}" for source in library.sources),
        "include": library.include_folder,
        "version": about.version,
        "description": json.dumps(library.description),  # JSON's strings are YAML's
        "url": json.dumps(about.url),
        "license": json.dumps(about.license),
    }
    place = "examples/esp-idf"
    return {
        "CMakeLists.txt": REGISTER.format(**words) + lists,
        "idf_component.yml": MANIFEST.format(**words),
        f"{place}/CMakeLists.txt": PROJECT.format(**words),
        f"{place}/main/CMakeLists.txt": "idf_component_register(SRCS main.c)\n",
        f"{place}/main/idf_component.yml": DEPENDENCIES.format(**words),
        f"{place}/main/main.c": example.task(library, "app_main"),
    }
