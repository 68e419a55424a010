"""What becomes of an exception that is no error of the user's."""

import platform
import sys
import tempfile
import traceback
from pathlib import Path

from tinycompile.plugins.failure import PluginFailed
from tinycompile.version import __version__

STATUS = 70  # EX_SOFTWARE of sysexits.h


def recorded(error: Exception) -> str:
    """One line on `error`, whose traceback goes to a file."""
    text = "".join(traceback.format_exception(error))
    head = f"TinyCompile {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    head += f"Command: {' '.join(map(repr, sys.argv[1:]))}\n\n"
    of, report = "TinyCompile", "please report it"
    if isinstance(error, PluginFailed):
        of, report = f"the plug-in {error.plugin}", "please report it to its authors"
    cause = error.__cause__ if isinstance(error, PluginFailed) and error.__cause__ else error
    what = f"this is a bug in {of} ({type(cause).__name__})"
    try:
        folder = Path(tempfile.mkdtemp(prefix="tinycompile-bug-"))
        file = folder / "traceback.txt"
        file.write_text(head + text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return f"{what}; its traceback, for a report:\n{head}{text}"
    return f"{what}; {report} with {file}, and the model if you can"
