"""Names students and files by control characters, line breaks, HTML and formulas."""
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
    names = ["\x1b[2J\x07m\n", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\u202eadA", "-rf", "~root", "x" * 60_000]
    return {"class.zip": packed(*((f"{name}/target.py", wrong) for name in names), honest=honest)}
