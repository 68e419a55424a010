"""NAME.zip: everything, for whatever takes an archive. The same input gives the same bytes."""

import io
import zipfile
from collections.abc import Mapping

from tinycompile.codegen.library import Library

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows


def added(library: Library, files: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """In a folder of the library's name; no archives in it."""
    texts = {f"{library.name}/{n}": t for n, t in files.items() if isinstance(t, str)}
    return {f"{library.name}.zip": archive(texts)}


def archive(files: Mapping[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            whole.writestr(entry, files[name])
    return made.getvalue()
