"""What a CI's runner does with the lines that a step prints.

As its source has it: actions/runner, ActionCommand.cs and ActionCommandManager.cs.
"""

from __future__ import annotations

import re

COMMANDS = ("error", "warning", "notice", "debug", "add-mask", "group", "endgroup", "add-matcher", "set-env")
# .NET compares strings as people do: characters of no width and controls are not there.
NOTHING = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def commands(printed: str) -> list[str]:
    """Return the lines that GitHub's runner takes for commands, in their order."""
    found = []
    token = ""
    for line in re.split(r"\r\n|\r|\n", printed):
        seen = NOTHING.sub("", re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", line)).lstrip()
        second = re.match(r"::([^:]*?)(?: [^:]*)?::(.*)", seen)
        first = re.search(r"##(?:vso)?\[([^ \]]*)[^\]]*\]", seen)
        name = second[1] if second else first[1] if first else None
        if name is None:
            continue
        if token:
            token = "" if name == token else token
        elif name == "stop-commands" and second:
            token = second[2]
        elif name.lower() in COMMANDS or "." in name:
            found.append(line)
    return found


def sections(printed: str) -> list[str]:
    """Return the marks by which GitLab folds parts of a log."""
    return re.findall(r"section_(?:start|end):\d+:[\w.-]+", printed)
