"""Holds device nodes and pipes by their modes."""
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
    entries = []
    for kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK):
        entry = zipfile.ZipInfo(f"mallory{kind}/target.py")
        entry.external_attr = (kind | 0o666) << 16
        entries.append((entry, b"x"))
    return {"class.zip": packed(*entries, honest=honest)}
