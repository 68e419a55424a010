"""Pages in a real browser, without a window and without a network."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1280,1000", "--virtual-time-budget=2000",
)  # fmt: skip


def found() -> str:
    """The browser; without one the test is skipped: ./setup installs it where Debian has it."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    return browser or pytest.skip("no chromium here")


def run(page: str, script: str, folder: Path) -> Any:
    """What `script`, an expression, makes of the page once it is loaded; the page must not complain."""
    probe = (
        "<script>addEventListener('load', () => setTimeout(() => {"
        f"const made = document.createElement('pre'); made.id = 'made';"
        f"made.textContent = JSON.stringify({script});"
        "document.body.append(made); }))</script></body>"
    )
    file = folder / "page.html"
    file.write_text(page.replace("</body>", probe), encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    words = [found(), *OPTIONS, profile, "--dump-dom", file.as_uri()]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert "CONSOLE" not in done.stderr, done.stderr
    shown = re.search('<pre id="made">(.*?)</pre>', done.stdout, re.DOTALL)
    assert shown, done.stdout[-1000:]
    return json.loads(unescape(shown[1]))
