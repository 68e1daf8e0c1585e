"""Is a zip without the topic, beside the zip of the other student."""
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
    mine = packed(("notes.txt", b"nothing"), ("99_elsewhere.py", WRONG))
    return {"mallory-target.zip": mine, "ada-target.zip": packed(("target.py", honest))}
