"""A CMSIS-Pack for Keil, IAR and csolution: the description, VENDOR.NAME.pdsc, and the pack itself."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from tinycompile.codegen.exports.zip_file import archive
from tinycompile.codegen.library import Library
from tinycompile.target import Target

PDSC = """\
<?xml version="1.0" encoding="UTF-8"?>
<package schemaVersion="1.7.28" xmlns:xs="http://www.w3.org/2001/XMLSchema-instance"
    xs:noNamespaceSchemaLocation="https://raw.githubusercontent.com/Open-CMSIS-Pack/Open-CMSIS-Pack-Spec/v1.7.28/schema/PACK.xsd">
  <vendor>{vendor}</vendor>
  <name>{name}</name>
  <description>{description}</description>
  <url>{url}</url>
  <license>LICENSES.txt</license>
  <releases>
    <release version="{version}">Compiled by TinyCompile.</release>
  </releases>
{conditions}  <components>
    <component Cclass="Machine Learning" Cgroup="Models" Csub={sub} Cversion="{version}"{condition}>
      <description>{description}</description>
      <files>
{files}
      </files>
    </component>
  </components>
</package>
"""


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    about = library.about
    stem = f"{about.vendor}.{library.name}"
    pdsc = description(library)
    documents = {
        name: str(files[name]) for name in ("LICENSES.txt", "README.md", "examples/main.c")
    }
    c_files = {library.folder + name: text for name, text in library.files.items()}
    return {
        f"{stem}.pdsc": pdsc,
        f"{stem}.{about.version}.pack": archive({f"{stem}.pdsc": pdsc, **documents, **c_files}),
    }


def description(library: Library) -> str:
    needed = conditions(library)
    listed = "".join(f"      {line}\n" for line in needed)
    block = (
        f'  <conditions>\n    <condition id="needs">\n{listed}    </condition>\n  </conditions>\n'
    )
    return PDSC.format(
        vendor=library.about.vendor,
        name=library.name,
        description=escape(library.description),
        url=escape(library.about.url),
        version=library.about.version,
        sub=quoteattr(library.name),
        conditions=block * bool(needed),
        condition=' condition="needs"' * bool(needed),
        files="\n".join(f"        {line}" for line in listed_files(library)),
    )


def listed_files(library: Library) -> list[str]:
    headers = [library.folder + name for name in library.public]
    return [
        f'<file category="include" name="{library.include_folder}/"/>',
        *(f'<file category="header" name="{name}"/>' for name in headers),
        *(f'<file category="source" name="{name}"/>' for name in library.sources),
        '<file category="doc" name="README.md"/>',
        '<file category="source" name="examples/main.c" attr="template" select="Run each model once"/>',
    ]


def conditions(library: Library) -> list[str]:
    """Of the core and of other packs, in the order of the schema."""
    lines = [f'<require Dcore="{core(library.target)}"/>'] * bool(library.only_for_cortex_m)
    if library.external and library.cmsis_nn:
        lines.append('<require Cclass="CMSIS" Cgroup="NN Lib"/>')
    return lines


def core(target: Target) -> str:
    """As packs call it: Cortex-M0+, Cortex-M35P."""
    number = target.cpu.partition("+")[0].removeprefix("cortex-m").replace("plus", "+")
    return f"Cortex-M{number.upper()}"
