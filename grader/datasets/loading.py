"""Sets of data through TensorFlow Datasets: packaged and offline, or public and downloaded.

What was prepared lies in `$TFDS_DATA_DIR`, by default `~/tensorflow_datasets`;
once there, it loads from a folder that cannot be written to.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import random
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from grader.datasets.packaged import Arrays
from grader.datasets.registry import SPECS, Spec, Twin, describe
from grader.errors import PlainError

if TYPE_CHECKING:
    import tensorflow as tf

CONNECT_SECONDS = 10.0  # for a server's first answer; TensorFlow Datasets itself retries for minutes


class Unavailable(PlainError):
    """A set cannot be had here and now; the message says why, and what to do."""


@overload
def load(name: str, split: str = ..., *, public: bool = ..., as_dataset: Literal[False] = ...) -> Arrays: ...


@overload
def load(
    name: str, split: str = ..., *, public: bool = ..., as_dataset: Literal[True]
) -> tf.data.Dataset: ...


def load(
    name: str, split: str = "train", *, public: bool = False, as_dataset: bool = False
) -> Arrays | tf.data.Dataset:
    """Load a split of a set through TensorFlow Datasets, preparing the set at its first use.

    Args:
        name: one of `names()`.
        split: "train", "test" where there is one, or what TensorFlow Datasets
            makes of them: "train[:100]", "train+test".
        public: load the set's public twin, which is downloaded, in place of
            the packaged set, which needs no network. Its features have the
            packaged set's names, ranks and dtypes; their sizes are its own.
        as_dataset: return a `tf.data.Dataset` of single examples, in order.

    Returns:
        Arrays [N, ...] by feature name, in the same order at every call; or the dataset.

    Raises:
        ValueError: there is no such set or split, or the set has no public twin.
        DamagedFile: the packaged file is not the one that was packaged.
        Unavailable: the public set cannot be downloaded, or nothing can be
            written to the folder for prepared sets.
    """
    import tensorflow_datasets as tfds

    spec = describe(name)
    prepared = prepare(name, public=public)
    try:
        with _unnoticed():
            dataset = tfds.load(
                prepared,
                split=split,
                data_dir=folder(),
                download=False,
                try_gcs=False,
                # One file after the other: the order does not depend on the machine.
                read_config=tfds.ReadConfig(interleave_cycle_length=1),
            )
    except ValueError as error:
        raise ValueError(f"split {split!r} of {prepared} cannot be loaded: {error}") from None
    if public:
        dataset = _as_packaged(dataset, spec)
    return dataset if as_dataset else _whole(dataset, spec)


def folder() -> Path:
    """Return where prepared sets lie: `$TFDS_DATA_DIR`, or TensorFlow Datasets' own default."""
    return Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def prepare(name: str, *, public: bool = False) -> str:
    """Prepare a set in `folder()` if it is not prepared yet; return its name for `tfds.load`.

    Several processes may do so at once, and any may be killed: one prepares while
    the others wait, and a set appears in its place only when it is complete.

    Raises:
        ValueError: there is no such set, or it has no public twin.
        DamagedFile: the packaged file is not the one that was packaged.
        Unavailable: as for `load`.
    """
    import tensorflow_datasets as tfds
    from filelock import FileLock

    import grader.datasets.builder  # noqa: F401  registers the packaged sets

    spec = describe(name)
    known = _twin(spec).name if public else f"coursework/{name}"
    builder = tfds.builder(known, data_dir=folder(), try_gcs=False)
    place = Path(builder.data_dir)
    if place.exists():
        return known
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with FileLock(folder() / f".{builder.name}.lock"):
            if public:
                _download(builder, spec)
            else:
                # What a killed process left; the lock is ours, so no other process prepares here.
                # TensorFlow Datasets documents this name nowhere: under another the rest only takes space.
                for left in place.parent.glob("incomplete.*"):
                    shutil.rmtree(left)
                with _unnoticed():
                    builder.download_and_prepare()
    except OSError as error:
        raise Unavailable(
            f"{known} cannot be prepared in {folder()} ({error}): set TFDS_DATA_DIR to a folder that can be "
            f"written to, or to one where {known} lies prepared"
        ) from error
    return known


def _twin(spec: Spec) -> Twin:
    if spec.public is None:
        others = ", ".join(f"{other.name} ({other.public.name})" for other in SPECS if other.public)
        raise ValueError(
            f"{spec.name!r} has no public set of the same shape in TensorFlow Datasets; these have one: "
            f"{others}. Load the packaged set: load({spec.name!r})"
        )
    return spec.public


def _download(builder: Any, spec: Spec) -> None:
    """Download and prepare a public set, unless another process just did.

    Raises:
        Unavailable: its server cannot be reached, or the download failed.
    """
    import tensorflow_datasets as tfds

    advice = (
        f"Work with the packaged set, load({spec.name!r}), which needs no network; or run this once where "
        f"there is a network, and copy {builder.data_dir} from there to here"
    )
    if Path(builder.data_dir).exists():
        return
    for url in list(builder.url_infos or ())[:1]:
        try:
            urllib.request.urlopen(
                urllib.request.Request(url, method="HEAD"), timeout=CONNECT_SECONDS
            ).close()
        except urllib.error.HTTPError:
            pass  # It answers; not every server likes to be asked so.
        except OSError as error:
            raise Unavailable(
                f"the public set {builder.name!r} has to be downloaded, and {url} cannot be reached "
                f"({getattr(error, 'reason', error)}). {advice}"
            ) from None  # forty frames of sockets say no more
    try:
        builder.download_and_prepare(download_config=tfds.download.DownloadConfig(try_download_gcs=False))
    except Exception as error:  # requests', urllib3's and TensorFlow Datasets' own, which share no ancestor
        raise Unavailable(
            f"the public set {builder.name!r} could not be downloaded and prepared in {folder()} "
            f"({type(error).__name__}: {error}). {advice}"
        ) from error


@contextlib.contextmanager
def _unnoticed() -> Iterator[None]:
    """Keep TensorFlow Datasets from printing, and from drawing from the caller's random numbers."""
    import tensorflow_datasets as tfds

    logger, state = logging.getLogger("absl"), random.getstate()
    level = logger.level
    logger.setLevel(logging.ERROR)
    tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.enable_progress_bar()
        random.setstate(state)
        logger.setLevel(level)


def _as_packaged(dataset: tf.data.Dataset, spec: Spec) -> tf.data.Dataset:
    """Give a public set's examples the names, ranks and dtypes of the packaged set's."""
    import tensorflow as tf

    outcome = _twin(spec).outcome

    def convert(example: dict[str, Any]) -> dict[str, Any]:
        made = {}
        for feature, like in spec.features.items():
            value = example[outcome if feature == "label" else feature]
            if isinstance(value, dict):  # a table, column by column
                value = tf.stack([tf.cast(value[column], like.dtype) for column in sorted(value)])
            if value.shape.rank == len(like.shape) + 1:  # an image with its one channel
                value = tf.squeeze(value, -1)
            made[feature] = tf.cast(value, like.dtype)
        return made

    return dataset.map(convert)


def _whole(dataset: tf.data.Dataset, spec: Spec) -> Arrays:
    """Return all examples of a dataset as arrays, in order."""
    batches = list(dataset.batch(4096).as_numpy_iterator())
    whole = {feature: np.concatenate([batch[feature] for batch in batches]) for feature in spec.features}
    for feature, like in spec.features.items():
        if like.dtype == "str":  # TensorFlow's text is bytes
            whole[feature] = np.char.decode(whole[feature].astype("S"), "utf-8")
    return whole
