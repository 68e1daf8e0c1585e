"""`nbgrader zip_collect`, which goes on with the class after a bad archive."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin
from nbgrader.utils import unzip

from grader.cells import MAX_ARCHIVE, MAX_ENTRIES
from grader.errors import PlainError

NESTED = 3  # archives within archives, at most


class Refused(PlainError):
    """A file is not an archive, or would unpack to more than a class hands in."""


class ExtractArchives(ExtractorPlugin):  # type: ignore[misc]  # it has no types
    """nbgrader's extractor, which passes over what cannot be unpacked and says so at the end."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack every archive below `archive_path`, and copy the other files."""
        source, target = Path(archive_path), Path(extracted_path)
        refused: list[Path] = []
        for path in sorted(source.rglob("*")):
            folder = target / path.relative_to(source).parent
            if not path.is_file():
                continue
            folder.mkdir(parents=True, exist_ok=True)
            if path.suffix in self.zip_ext:
                self.log.info("Extracting %s", path)
                refused += self.unpack(path, folder)
            else:
                self.log.info("Copying %s", path)
                shutil.copy(path, folder)
        for path in refused:
            self.log.error("Passed over, ask for it again: %s", path)

    def unpack(self, archive: Path, folder: Path, depth: int = 0) -> Iterator[Path]:
        """Unpack an archive, and those inside it, into folders of their names; yield those that fail."""
        inside = folder / archive.name.removesuffix(archive.suffix).removesuffix(".tar")
        try:
            check_size(archive)
            unzip(str(archive), str(folder), zip_ext=self.zip_ext, create_own_folder=True, tree=False)
        except Exception as error:  # a damaged archive can raise nearly anything
            self.log.error("%s cannot be unpacked: %s", archive, error)
            yield archive
        for path in sorted(inside.rglob("*")):
            # An archive sets the permissions of what is in it, and may deny them to us.
            path.chmod(0o755 if path.is_dir() else 0o644)
            if path.suffix in self.zip_ext and path.is_file() and depth < NESTED:
                yield from self.unpack(path, path.parent, depth + 1)


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
