"""Holds the other student's folder, and is handed in beside the other student's own zip."""
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
    mine = packed(("mallory/target.py", WRONG), ("ada/target.py", WRONG), ("ada-target.zip", packed(("target.py", WRONG))))
    return {"mallory-target.zip": mine, "ada-target.zip": packed(("target.py", honest))}
