"""The packaged sets as a builder of TensorFlow Datasets: `coursework/digits` and its like.

Imported where data is loaded and nowhere else: TensorFlow Datasets takes half
a second to import, TensorFlow, which it imports when it is used, four.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from grader.datasets.packaged import arrays, split_rows
from grader.datasets.registry import SPECS, Feature, Spec, describe


def _version(spec: Spec) -> str:
    """Put the packaged file's digest into the version: what was prepared from another file is not used."""
    return f"1.0.{int(spec.sha256[:6], 16)}"


def _connector(spec: Spec, name: str, feature: Feature) -> Any:
    if feature.dtype == "str":
        return tfds.features.Text()
    if name == "label":
        return tfds.features.ClassLabel(names=list(spec.class_names))
    # As bytes: left to itself, a record would round float64 to float32.
    return tfds.features.Tensor(shape=feature.shape, dtype=np.dtype(feature.dtype), encoding="bytes")


class Coursework(tfds.core.GeneratorBasedBuilder):  # type: ignore[misc]
    """Each packaged set is a configuration; what is prepared keeps the order of the packaged file."""

    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name=spec.name, version=_version(spec), description=spec.title)
        for spec in SPECS
    ]

    def _info(self) -> Any:
        spec = describe(self.builder_config.name)
        return self.dataset_info_from_configs(
            description=f"{spec.title}. From {spec.source}. Licence: {spec.licence}.",
            citation=spec.citation,
            features=tfds.features.FeaturesDict(
                {name: _connector(spec, name, feature) for name, feature in spec.features.items()}
            ),
            # Else records are sorted by a hash of their keys.
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
        spec = describe(self.builder_config.name)
        whole = arrays(spec.name)
        return {split: self._generate_examples(whole, rows) for split, rows in split_rows(spec).items()}

    def _generate_examples(
        self, whole: dict[str, np.ndarray], rows: np.ndarray
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        for row in rows:
            yield int(row), {name: values[row] for name, values in whole.items()}
