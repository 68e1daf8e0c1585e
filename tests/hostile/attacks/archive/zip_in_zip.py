"""Holds a zip named as a submission, which holds a zip, and so on."""
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
    inner = b"x"
    for _ in range(20):
        inner = packed(("mallory/target.py", inner), ("mallory/more.zip", inner[:1000]))
    return {"class.zip": packed(("mallory/target.py", inner), ("mallory/inner.zip", inner), honest=honest)}
