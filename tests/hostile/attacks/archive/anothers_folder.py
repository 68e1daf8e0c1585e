"""Is one student's zip, and holds the other student's folder, and sixty more."""
import io
import zipfile


def build(prelude, honest):
    wrong = b"def target(x):\n    return x * 0"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name in ("mallory", "ada", *(f"student{number}" for number in range(60))):
            out.writestr(f"{name}/target.py", wrong)
    return {"mallory-target.zip": file.getvalue()}
