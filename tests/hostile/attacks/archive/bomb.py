"""Holds a submission that unpacks to 1 GB."""
import io
import zipfile


def build(prelude, honest):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        with out.open("mallory/target.py", "w") as bomb:
            for _ in range(1 << 10):
                bomb.write(b"#" * (1 << 20))
        out.writestr("ada/target.py", honest)
    return {"class.zip": file.getvalue()}
