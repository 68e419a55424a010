"""CMakeLists.txt: for add_subdirectory, FetchContent and, once installed, find_package."""

from collections.abc import Mapping

from tinycompile.codegen.library import Library

NAMESPACE = "tinycompile"
# What CMake calls targets of its own.
RESERVED = frozenset(
    "all clean depend edit_cache help install package preinstall rebuild_cache test".split()  # noqa: SIM905
)

LISTS = """\
# add_subdirectory() or FetchContent, or cmake --install and find_package({name}); then
# target_link_libraries(app {namespace}::{name}).
cmake_minimum_required(VERSION 3.13)
project({name} VERSION {version} LANGUAGES C)

add_library({target} STATIC
{sources}
)
add_library({namespace}::{name} ALIAS {target})
target_include_directories({target} PUBLIC
    $<BUILD_INTERFACE:${{CMAKE_CURRENT_SOURCE_DIR}}/{include}>
    $<INSTALL_INTERFACE:include/{name}>
)
set_target_properties({target} PROPERTIES{named} C_STANDARD 99 C_EXTENSIONS OFF)
if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options({target} PRIVATE -ffunction-sections -fdata-sections)
    # Without a build type CMake asks for no optimisation: kernels would take several times as long.
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES AND NOT CMAKE_C_FLAGS MATCHES "-O")
        target_compile_options({target} PRIVATE -O2)
    endif()
endif()
"""

INSTALL = """\

if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
    include(CMakePackageConfigHelpers)
    write_basic_package_version_file({name}-config-version.cmake COMPATIBILITY SameMajorVersion)
    install(TARGETS {target} EXPORT {name} ARCHIVE DESTINATION lib)
    install(FILES {headers} DESTINATION include/{name})
    install(EXPORT {name} NAMESPACE {namespace}:: FILE {name}-config.cmake DESTINATION lib/cmake/{name})
    install(FILES ${{PROJECT_BINARY_DIR}}/{name}-config-version.cmake DESTINATION lib/cmake/{name})
endif()
"""


EXAMPLE = """\
# cmake -S examples -B build: the example, and the library beside it.
cmake_minimum_required(VERSION 3.13)
project({name}_example C)
add_subdirectory(.. {name})
add_executable({name}_example main.c)
target_link_libraries({name}_example PRIVATE {namespace}::{name})
"""


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str]:
    """CMakeLists.txt is there in any case; this uses it."""
    text = EXAMPLE.format(name=library.name, namespace=NAMESPACE)
    return {"examples/CMakeLists.txt": text}


def lists(library: Library) -> str:
    """A static library; where it needs CMSIS-NN of the firmware, it is not installed: who knows with what."""
    external = library.external and library.cmsis_nn
    linked = ["cmsis-nn"] * bool(external) + ["m"] * library.needs_math
    taken = library.name in RESERVED
    words = {
        "name": library.name,
        "target": f"{library.name}_model" if taken else library.name,
        "named": f" OUTPUT_NAME {library.name} EXPORT_NAME {library.name}" * taken,
        "namespace": NAMESPACE,
        "version": library.about.version,
        "sources": "\n".join(f"    {source}" for source in library.sources),
        "include": library.include_folder,
        "headers": " ".join(library.folder + header for header in library.public),
    }
    parts = [LISTS.format(**words)]
    if library.defines:
        parts.append(
            f"target_compile_options({words['target']} PRIVATE {' '.join(library.defines)})\n"
        )
    if linked:
        parts.append(f"target_link_libraries({words['target']} PUBLIC {' '.join(linked)})\n")
    if not external:
        parts.append(INSTALL.format(**words))
    return "".join(parts)
