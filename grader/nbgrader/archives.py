"""`nbgrader zip_collect`, which goes on with the class after what cannot be collected.

nbgrader ends with 0 whatever was passed over. So `ZipCollectApp`'s last step is
replaced when this module is loaded, which naming the extractor in the
configuration does.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import unzip

from grader.errors import PlainError
from grader.sandbox import lock
from grader.saved import MAX_ARCHIVE, MAX_ENTRIES
from grader.text import identifier

NESTED = 3  # archives within archives, at most
# What zipfile unpacks no further than an entry declares; of bzip2 and LZMA it unpacks whole blocks.
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Refused(PlainError):
    """A file cannot be collected; the message says why."""


class ExtractArchives(ExtractorPlugin):  # type: ignore[misc]  # it has no types
    """nbgrader's extractor, which passes over what cannot be collected and says so at the end.

    Of what is passed over nothing is left: a zip's file that is damaged, a tar
    file as a whole.
    """

    passed_over = 0

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack every archive below `archive_path`, and copy the other files."""
        source, target = Path(archive_path), Path(extracted_path)
        refused: list[tuple[str, str]] = []
        for path in files_below(source):
            folder = target / path.relative_to(source).parent
            try:
                if not regular(path):
                    raise Refused(kind_of(path))
                folder.mkdir(parents=True, exist_ok=True)
                if path.suffix in self.zip_ext:
                    self.log.info("Extracting %s", path)
                    refused += self.unpack(path, folder)
                else:
                    self.log.info("Copying %s", path)
                    shutil.copy(path, folder, follow_symlinks=False)
            except (Refused, OSError) as error:
                refused.append((str(path), said(error)))
        refused += self.doubles(target)
        for what, reason in refused:
            self.log.error("Passed over, ask for it again: %s: %s", what, reason)
        self.passed_over = len(refused)

    def unpack(self, archive: Path, folder: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
        """Unpack an archive, and those inside it, into folders of their names; yield what fails, and why."""
        name = archive.name.removesuffix(archive.suffix).removesuffix(".tar")
        place = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder))
        try:
            check_size(archive)
            if zipfile.is_zipfile(archive):
                yield from unzipped(archive, place / name)
            else:
                unzip(str(archive), str(place), zip_ext=self.zip_ext, create_own_folder=True, tree=False)
            if os.path.lexists(folder / name):
                raise Refused(f"there is another file or folder {name}")
            (place / name).rename(folder / name)
        except Exception as error:  # a damaged archive can raise nearly anything
            yield str(archive), said(error)
            return
        finally:
            lock.remove(place)
        for path in [folder / name, *everything_below(folder / name)]:
            # A tar file sets the permissions of what is in it, and may deny them to us.
            path.chmod(0o755 if path.is_dir() else 0o644, follow_symlinks=False)
        for path in files_below(folder / name):
            if path.suffix in self.zip_ext and depth < NESTED:
                yield from self.unpack(path, path.parent, depth + 1)

    def doubles(self, target: Path) -> Iterator[tuple[str, str]]:
        """Take away what nbgrader would end the class for: two files that are one student's, for one topic.

        A file in a student's own archive is theirs before one that lies deeper
        in another's. Where nothing tells which of two is meant, none is taken.
        """
        collector: Any = getattr(self.parent, "collector_plugin_inst", None)
        if not isinstance(collector, FileNameCollectorPlugin) or not collector.named_regexp:
            return
        found: dict[tuple[str, str], list[tuple[tuple[int, bool], Path]]] = {}
        for path in files_below(target):
            match = (
                re.match(collector.named_regexp, str(path)) if path.suffix in collector.valid_ext else None
            )
            if match is None or match.groupdict().get("timestamp"):  # by which nbgrader tells which is newer
                continue
            said_to_be = match.group("student_id")
            student = identifier(said_to_be)
            depth = str(path).count("/", 0, match.start("student_id"))
            file = Path(match.group("file_id")).stem + path.suffix
            found.setdefault((student, file), []).append(((depth, path.parent.name != said_to_be), path))
        for (student, file), several in found.items():
            nearest = min(rank for rank, _ in several)
            own = [path for rank, path in several if rank == nearest]
            for _, path in several if len(several) > 1 else ():
                if len(own) > 1 or path != own[0]:
                    path.unlink()
                    yield str(path), f"{student} has {len(several)} files {file}"


class CollectByName(FileNameCollectorPlugin):  # type: ignore[misc]
    """nbgrader's collector, which calls a student what every other part of the grader does."""

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """Return whose a file is and for what, None if its name does not say so."""
        found: dict[str, Any] | None = super().collect(submitted_file)
        return found and found | {"student_id": identifier(found["student_id"])}


def collect_and_say(app: ZipCollectApp) -> None:
    """Collect what was unpacked, and end with 1 if anything was passed over."""
    _process_extracted_files(app)
    if count := getattr(app.extractor_plugin_inst, "passed_over", 0):
        app.log.error("%d passed over, and named above. Everything else was collected.", count)
        app.exit(1)


def unzipped(archive: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Unpack a zip's files into a new folder; yield those that cannot be, and why."""
    folder.mkdir()
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            name = PurePosixPath(entry.filename.replace("\\", "/"))
            if entry.is_dir():
                continue
            target = folder / name
            try:
                if name.is_absolute() or ".." in name.parts:
                    raise Refused("its name leads out of the archive")
                if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
                    raise Refused("it is not a file")
                if entry.compress_type not in BOUNDED:
                    raise Refused("it is packed in an unusual way: make an ordinary zip of it")
                target.parent.mkdir(parents=True, exist_ok=True)
                if os.path.lexists(target):
                    raise Refused("it is there twice")
                with opened.open(entry) as source, open(target, "xb") as file:
                    shutil.copyfileobj(source, file)
            except Exception as error:  # zipfile lets zlib's, struct's and its own errors through
                if not isinstance(error, Refused):
                    target.unlink(missing_ok=True)
                yield f"{archive}:{entry.filename}", said(error)


def files_below(folder: Path) -> list[Path]:
    """Return all that is no folder below one, in order; links are not followed."""
    found = []
    for here, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        folders[:] = [name for name in folders if name not in links]
        found += [Path(here, name) for name in (*names, *links)]
    return sorted(found)


def everything_below(folder: Path) -> Iterator[Path]:
    """Yield all that is below a folder, a folder before what is in it; links are not followed."""
    for here, folders, names in os.walk(folder):
        yield from (Path(here, name) for name in (*folders, *names))


def regular(path: Path) -> bool:
    """Whether a path is a file, and no link to one."""
    return stat.S_ISREG(path.lstat().st_mode)


def kind_of(path: Path) -> str:
    """Say what a path is that is not a file."""
    return "it is a link; links are not followed" if path.is_symlink() else "it is not a file"


def said(error: Exception) -> str:
    """Say what is wrong with a file."""
    if isinstance(error, Refused):
        return str(error)
    return (error.strerror if isinstance(error, OSError) else None) or f"it cannot be unpacked ({error})"


def check_size(archive: Path) -> None:
    """Make sure that an archive declares a size that can be unpacked; Python's readers hold it to that.

    Raises:
        Refused: it is too large, or not an archive.
    """
    total = count = 0
    for size in _sizes(archive):
        total, count = total + size, count + 1
        if total > MAX_ARCHIVE or count > MAX_ENTRIES:
            raise Refused(f"it would unpack to more than {MAX_ARCHIVE >> 20} MB or {MAX_ENTRIES} files")


def _sizes(archive: Path) -> Iterator[int]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield from (info.file_size for info in opened.infolist())
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as members:
            # Read member by member, so that a bomb is not read to its end.
            yield from (member.size for member in members)
    else:
        raise Refused("it is neither a zip nor a tar file")


_process_extracted_files = ZipCollectApp.process_extracted_files
ZipCollectApp.process_extracted_files = collect_and_say
