"""Holds bombs packed by bzip2 and LZMA."""
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
    bombs = {kind: packed((f"m{kind}/target.py", b"#" * (1 << 26)), kind=kind) for kind in (12, 14)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for kind in (12, 14):
            out.writestr(f"m{kind}/target.py", b"#" * (1 << 26), compress_type=kind)
        out.writestr("ada/target.py", honest)
    return {"class.zip": file.getvalue()}
