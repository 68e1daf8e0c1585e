"""Text that strangers chose, made fit to be kept or shown."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import msgspec

# What moves a terminal's cursor, colours it, or turns the direction of reading:
# C0 but the newline, DEL, C1, line separators, bidirectional marks; and halves
# of characters, as Python has them in file names that are not UTF-8.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# What ends a line for any reader. GitHub's runner trims blanks at the start of one, and compares text
# as if controls and characters of no width were not there.
LINE = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
COLOUR = r"\x1b\[[0-?]*[ -/]*[@-~]"
BLANK = rf"(?:{COLOUR}|[^!-~\w{LINE}])*+"
NOTHING = rf"(?:{COLOUR}|[^!-~\w\s])*+"
COMMAND = re.compile(
    rf"(?:^|[{LINE}]){BLANK}(?=:{NOTHING}:)"  # GitHub
    rf"|#{NOTHING}#{NOTHING}\w*+(?=\[)"  # GitHub, Azure
    r"|section_(?:start|end)(?=:)",  # GitLab
    re.MULTILINE,
)
# What has a meaning in paths, patterns of paths, and pages.
SPECIAL = re.compile(r"""[<>"&`/\\|*?:\[\]]""")
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode's categories of what does something and shows nothing
MAX_NAME = 120  # bytes: nbgrader's gradebook takes 128 characters, a file's name 255 bytes
NAMED, LONGEST = 3, 120  # names that a message gives, and how many characters of each
MARK = 8  # hex digits that keep two names apart


def printable(text: str) -> str:
    """Return text that does nothing to a terminal but appear on it; a tab becomes four spaces."""
    return CONTROL.sub(_escape, text.replace("\r\n", "\n").replace("\t", "    "))


def inert(text: str) -> str:
    """Return printed text in which no CI's runner reads a command; a backslash breaks up what would be one.

    These are `::error …::` at the start of a line (GitHub), `##[error]` and `##vso[…]` anywhere (GitHub,
    Azure), and `section_start:…` (GitLab). It is for whole lines as they are printed, because wrapping
    moves words to the start of one.
    """
    return COMMAND.sub(r"\g<0>\\", text)


def storable(text: str) -> str:
    """Return text that every database and UTF-8 can hold."""
    return UNSTORABLE.sub(_escape, text)


def identifier(name: str) -> str:
    """Return what a student is called from here on, whoever gave the name: a folder, a zip, a platform.

    Most names stay as they are. One that is too long, begins as a formula of a
    spreadsheet does, or holds what does something in a terminal, a page or a
    path, is cut and cleaned. It then ends with a digest of what it was, so that
    two names never become one. A name that this function returned stays as it is.
    """
    given = unicodedata.normalize("NFC", name)
    seen = "".join("_" if unicodedata.category(sign) in UNSEEN else sign for sign in " ".join(given.split()))
    clean = SPECIAL.sub("_", seen)
    if clean in ("", ".", "..") or is_formula(clean):
        clean = f"_{clean}"
    if clean == given and len(clean.encode()) <= MAX_NAME:
        return clean
    mark = hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:MARK]
    cut = clean.encode()[: MAX_NAME - MARK - 1].decode("utf-8", "ignore")
    return f"{cut}-{mark}"


def few(names: Sequence[str]) -> str:
    """Name a few of several files or topics, as in “a.py, b.py, c.py and 2 more”."""
    shown = ", ".join(name if len(name) <= LONGEST else f"{name[:LONGEST]}…" for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take text for a formula; some take wide signs for the usual ones."""
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return first in tuple("=+-@") or text[:1] in ("\t", "\r", "\n")


def to_json(value: Any) -> bytes:
    """Encode structures as JSON; half a character does not stop a whole class' results."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(value)))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value


def _escape(match: re.Match[str]) -> str:
    point = ord(match.group())
    return f"\\x{point:02x}" if point < 256 else f"\\u{point:04x}"
