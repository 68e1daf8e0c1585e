"""Hands in a zip that is cut off, beside the zip of the other student."""
import io
import zipfile


def packed(*entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries:
            out.writestr(name, content)
    return file.getvalue()


WRONG = b"def target(x):\n    return x * 0"


def build(prelude, honest):
    broken = packed(("target.py", WRONG * 1000))
    return {"mallory-target.zip": broken[: len(broken) // 2], "ada-target.zip": packed(("target.py", honest))}
