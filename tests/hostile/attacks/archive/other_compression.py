"""Holds bombs packed by bzip2 and LZMA."""
import io
import zipfile


def build(prelude, honest):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for kind in (12, 14):
            out.writestr(f"m{kind}/target.py", b"#" * (1 << 26), compress_type=kind)
        out.writestr("ada/target.py", honest)
    return {"class.zip": file.getvalue()}
