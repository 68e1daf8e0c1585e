"""Holds two files for one topic, of which nobody knows which one counts."""
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
    mine = packed(("target.py", WRONG), ("01_target.py", WRONG))
    return {"mallory-target.zip": mine, "ada-target.zip": packed(("target.py", honest))}
