"""What of the gradebook a feedback page shows, as a digest in the page, by which an older page is known.

The gradebook does not say when a person changed a score or a comment.
"""

from __future__ import annotations

import hashlib
import json
import re

from nbgrader.api import SubmittedNotebook

LENGTH = 16  # hex digits
SHOWN = re.compile(rb'<body data-grades="([0-9a-f]{16})">')


def digest(submitted: SubmittedNotebook) -> str:
    """Return a digest of a submission's scores, comments and penalty."""
    scores = sorted(
        (one.name, one.auto_score, one.manual_score, one.extra_credit, one.max_score)
        for one in submitted.grades
    )
    comments = sorted((one.name, one.comment or "") for one in submitted.comments)
    facts = json.dumps([scores, comments, submitted.late_submission_penalty or 0])
    return hashlib.sha256(facts.encode()).hexdigest()[:LENGTH]


def digest_in(page: bytes) -> str | None:
    """Return the digest of what a page shows; None if it was made without one."""
    found = SHOWN.search(page)
    return found and found[1].decode()
