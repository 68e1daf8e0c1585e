"""Holds four thousand names of one entry of a megabyte, so that a zip of some kilobytes unpacks to 4 GB."""
import copy
import io
import zipfile


def build(prelude, honest):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mallory/target.py", b"#" * (1 << 20))
        for number in range(4_000):
            again = copy.copy(out.filelist[0])
            again.filename = f"mallory{number % 10 or ''}/target.py"
            out.filelist.append(again)
        out.writestr("ada/target.py", honest)
    return {"class.zip": file.getvalue()}
