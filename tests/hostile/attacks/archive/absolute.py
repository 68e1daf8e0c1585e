"""Names entries by absolute paths, drive letters and backslashes."""
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
    wrong = b"def target(x):\n    return x * 0"
    return {"class.zip": packed(("@COURSE@/owned-@MARK@", b"x"), ("/mallory/target.py", wrong), ("C:\\\\owned", b"x"), honest=honest)}
