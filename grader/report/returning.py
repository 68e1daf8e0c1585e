"""Pages, back to those who handed in: one zip, with names that a learning platform takes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.text import identifier


@dataclass
class Pages:
    """The pages on a topic by student, why some students' are not to be given back, and what makes them."""

    remedy: str
    fit: dict[str, bytes] = field(default_factory=dict)
    unfit: dict[str, str] = field(default_factory=dict)


@dataclass
class Packed:
    """A zip, how many pages are in it, and a sentence for each student whose page is not."""

    content: bytes
    count: int = 0
    left_out: list[str] = field(default_factory=list)


def pack(pages: Pages, name: str, written: Mapping[str, str] | None = None) -> Packed:
    """Put pages into one zip.

    Args:
        pages: by student.
        name: the file's, without what a platform puts before it.
        written: what a platform puts before a file's name, by student; None for a folder
            STUDENT/ each.
    """
    buffer = io.BytesIO()
    done = Packed(b"")
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for student in sorted({*pages.fit, *pages.unfit}):
            before = f"{identifier(student)}/" if written is None else written.get(student)
            if student in pages.unfit:
                done.left_out.append(f"{student}: {pages.unfit[student]}")
            elif before is None:
                done.left_out.append(f"{student}: there is a page, and nothing of that name in the export")
            else:
                packed.writestr(zipfile.ZipInfo(f"{before}{name}"), pages.fit[student], zipfile.ZIP_DEFLATED)
                done.count += 1
    absent = {*(written or ())} - {*pages.fit, *pages.unfit}
    done.left_out += [f"{student}: there is no page: {pages.remedy}" for student in sorted(absent)]
    done.content = buffer.getvalue()
    return done
