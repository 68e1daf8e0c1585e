"""Read a zip that a stranger made. Runs in the child only.

Names and contents go to the trusted side as bytes; nothing is unpacked to disk,
so no name is ever a path here.
"""

from __future__ import annotations

import os
import stat
import zipfile

import numpy as np

from grader.saved import LARGEST, MAX_BYTES, MAX_ENTRIES, Unreadable, without_outputs

# What zipfile unpacks no further than it is asked to; of bzip2 and LZMA it unpacks whole blocks.
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
QUOTED = 200  # characters of what zipfile says, which may quote a name of 64 kB
OTHERS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA"}


class Archive:
    """The regular files of a zip, by position; close it when done."""

    def __init__(self, descriptor: int) -> None:
        """Read the zip's directory. The descriptor is closed with the archive, or if it is refused.

        Raises:
            Unreadable: it is no zip, or holds more entries than a class has files.
        """
        self._file = os.fdopen(descriptor, "rb")  # which zipfile does not close
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._files = _files(self._zip)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            self.close()
            raise Unreadable(f"the zip cannot be read ({str(error)[:QUOTED]}): make it again") from error
        except Unreadable:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the zip."""
        self._file.close()

    def names(self) -> dict[str, np.ndarray]:
        """Return the names as UTF-8, each ended by a zero byte."""
        names = "".join(entry.filename.replace("\0", "") + "\0" for entry in self._files)
        return {"names": np.frombuffer(names.encode("utf-8", "replace"), np.uint8)}

    def read(self, position: int) -> dict[str, np.ndarray]:
        """Return one file's bytes, however much it claims to hold; a large notebook's without its outputs.

        Raises:
            Unreadable: it is damaged, encrypted, too large, or packed in an unusual way.
        """
        entry = self._files[position]
        if entry.compress_type not in BOUNDED:
            name = OTHERS.get(entry.compress_type, f"method {entry.compress_type}")
            raise Unreadable(f"it is packed by {name}, which is not read: make an ordinary zip of it")
        try:
            with self._zip.open(entry) as file:
                content = file.read(LARGEST + 1)
        except Exception as error:  # zipfile lets zlib's, struct's and its own errors through
            raise Unreadable(f"it is damaged in the zip ({str(error)[:QUOTED]})") from error
        if len(content) > LARGEST:
            raise Unreadable(f"it is larger than the {LARGEST / 1e6:.0f} MB that are read")
        if len(content) > MAX_BYTES:
            content = without_outputs(content)
        return {"content": np.frombuffer(content, np.uint8)}


def _files(opened: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = opened.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unreadable(f"the zip holds {len(entries)} entries; at most {MAX_ENTRIES} are read")
    return [entry for entry in entries if not entry.is_dir() and _regular(entry)]


def _regular(entry: zipfile.ZipInfo) -> bool:
    mode = entry.external_attr >> 16
    return stat.S_IFMT(mode) in (0, stat.S_IFREG)
