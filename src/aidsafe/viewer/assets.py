"""The page's own files, and how they become one: linked when served, all in one when saved."""

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

__all__ = ["STATIC", "TYPES", "asset", "served_page", "whole_page"]

SCRIPTS: Final = ("dom.js", "sources.js", "list.js", "chain.js", "query.js", "page.js")
STATIC: Final = ("style.css", "icon.svg", *SCRIPTS)
TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_UNSEEN: Final = re.compile(r"[<>&\u2028\u2029]")


@cache
def asset(name: str) -> str:
    """One of our own files as text."""
    return files("aidsafe.viewer").joinpath("static", name).read_text(encoding="utf-8")


def served_page() -> str:
    """The page with its files linked."""
    links = ['<link rel="icon" href="static/icon.svg">', '<link rel="stylesheet" href="static/style.css">']
    links += [f'<script defer src="static/{name}"></script>' for name in SCRIPTS]
    return _with_head("\n".join(links))


def whole_page(given: bytes) -> str:
    """The page with everything in it, and what it shows: JSON, that no script and no tag can begin in."""
    style, script = asset("style.css"), "\n".join(asset(name) for name in SCRIPTS)
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<link rel="icon" href="data:,">\n'
        f"<style>{style}</style>"
    )
    body = f'<script type="application/json" id="given">{_inert(given)}</script>\n<script>{script}</script>\n</body>'
    return _with_head(head).replace("</body>", body)


def _with_head(head: str) -> str:
    return asset("page.html").replace("<!-- head -->", head)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _inert(given: bytes) -> str:
    """JSON in plain ASCII, without a character that means something to HTML."""
    ascii_only = json.dumps(json.loads(given), separators=(",", ":"))
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", ascii_only)
