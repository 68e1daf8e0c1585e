"""Holds symbolic links, to the solution and to the other's entry."""
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
    link = zipfile.ZipInfo("mallory/target.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return {"class.zip": packed((link, b"@SOLUTION@"), honest=honest)}
