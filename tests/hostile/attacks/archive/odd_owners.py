"""Names students by 300 letters, formulas and folders, in the class' zip."""
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
    names = ["a" * 300, "é" * 300, "=cmd|' /C calc'!A0", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "..", ".", " ", "CON", "a\\b", "\u202e"]
    return {"class.zip": packed(*((f"{name}/target.py", WRONG) for name in names), ("ada/target.py", honest))}
