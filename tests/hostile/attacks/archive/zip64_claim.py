"""Claims 2**60 entries and a directory of 2**60 bytes."""
import io
import stat
import zipfile


def packed(*entries, honest=None, kind=zipfile.ZIP_DEFLATED):
    """Return a zip of (name or ZipInfo, content) entries, and an honest student's file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as out:
        for name, content in entries:
            out.writestr(name, content)
        if honest is not None:
            out.writestr("ada/target.py", honest)
    return file.getvalue()


def build(prelude, honest):
    made = packed(("mallory/target.py", b"x = 1"), honest=honest)
    place = made.index(b"PK\x05\x06")
    import struct

    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**60, 2**60, 2**60, 2**60)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, place, 1)
    return {"class.zip": made[:place] + end + locator + made[place : place + 8] + b"\xff" * 12 + b"\0\0"}
