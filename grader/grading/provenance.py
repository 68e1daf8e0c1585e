"""By what a submission was graded: versions, isolation, and each topic's key; written and read here.

It is kept beside verdicts, as text by name. What is of a topic stands there as
`TOPIC DIGEST` for each topic of the run, so that one can see at a glance whether
two runs graded by the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.grading.rules import Rules

SHORT = 16  # hex digits of a digest
BY_TOPIC = ("keys", "seeds", "checks")
ISOLATION = "isolation"


def provenance(environment: Mapping[str, str], rules: Mapping[str, Rules]) -> dict[str, str]:
    """Return what is kept beside verdicts: the environment, and digests of each topic's (id) key."""
    digests = {
        name: (one.key.digest[:SHORT], one.key.seeds, one.checks.digest[:SHORT])
        for name, one in rules.items()
    }
    return {
        **environment,
        **{
            kind: ", ".join(f"{name} {found[place]}" for name, found in digests.items())
            for place, kind in enumerate(BY_TOPIC)
        },
    }


def of_topic(kept: Mapping[str, str], topic: str) -> dict[str, str]:
    """Return what is kept with the digests of one topic (id) alone; one that is not known is left out."""
    found = {name: value for name, value in kept.items() if name not in BY_TOPIC}
    for kind in BY_TOPIC:
        digests = dict(entry.split(" ", 1) for entry in kept.get(kind, "").split(", ") if " " in entry)
        if topic in digests:
            found[kind] = digests[topic]
    return found
