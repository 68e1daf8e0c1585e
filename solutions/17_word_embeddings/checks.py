"""How the answers on word embeddings are exercised. Students may read this file."""

import hashlib

import numpy as np

from grader.drivers import WrongStructure, changed_in_place, describe, gradients, keeping, named, number
from grader.exercise import exercise

HOURS = 7


def drawn(rng, low, high):
    """Draw a whole number from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def of_words(value, what):
    """Return as an array what should be numbers of words, by which tables can be indexed.

    One that is empty has no integers to tell its type by.
    """
    array = np.asarray(value)
    if array.size and array.dtype.kind not in "iu":
        raise WrongStructure(f"expected {what} to be integers, got {describe(value)} and type {array.dtype}")
    return array


@exercise(
    points=3,
    hint="How many entries of a row are 1 where the word is known, and how many where it is not?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def one_hot(answer, sentences, vocab, vectors):
    found = []
    for ids in sentences:
        rows = np.asarray(keeping(answer.one_hot, ids=ids, vocab=vocab))
        if len(ids) and rows.shape != (len(ids), vocab):
            raise WrongStructure(
                "expected one row for each word, of as many columns as the vocabulary has words, got "
                f"{describe(rows)}"
            )
        found.append(rows.reshape(-1, vocab))
    rows = np.concatenate(found)
    return {"rows": rows, "rows times vectors": rows @ vectors}


@one_hot.cases
def _(rng):
    def words(lengths, vocab, low=0, high=None):
        """Draw sentences, and the vectors of a vocabulary."""
        ids = [rng.integers(low, vocab if high is None else high, size=length) for length in lengths]
        return {"sentences": ids, "vocab": vocab, "vectors": 30 * rng.normal(size=(vocab, 3))}

    # clause: "a row that is 1 in the word's column and 0 elsewhere"
    yield "a sentence", words([drawn(rng, 6, 9)], drawn(rng, 11, 15))
    yield "as many words as the vocabulary has", words([7], 7)
    # clause: "a sentence may have one word, or none"
    yield "sentences of one word, and one of none", words([1, 0, 1, 1], drawn(rng, 20, 40), 1)
    # clause: "Any other number is an unknown word; its row is 0 throughout"
    inputs = words([12], 5, -3, 8)
    inputs["sentences"][0][rng.permutation(12)[:6]] = [-1, 5, -5, 0, 4, 2]
    yield "unknown words: below 0, and beyond the vocabulary", inputs


@exercise(
    points=7,
    hint="A word stands in one document 50 times and in no other: in how many documents does it stand, and "
    "in which direction of the table is the length taken?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def tfidf(answer, counts):
    return {"weights": keeping(answer.tfidf, counts=counts)}


def documents(rng, n, vocab, mean=1.0):
    """Draw how often each word stands in each document; the first word is in all, the last in one."""
    counts = rng.poisson(mean * rng.uniform(0.3, 2, size=vocab), size=(n, vocab)).astype(float)
    counts[:, 0] = rng.integers(1, 6, size=n)
    counts[:, -1] = 0
    counts[rng.integers(n), -1] = rng.integers(2, 9)
    return counts


@tfidf.cases
def _(rng):
    # clause: "ln((1 + N) / (1 + n_w)) + 1", "divided by its length"
    yield "five documents", {"counts": documents(rng, 5, 7)}
    yield "more documents than words, long ones", {"counts": documents(rng, 23, 6, 8.0)}
    yield "as many documents as words", {"counts": documents(rng, 6, 6)}
    yield "one document", {"counts": documents(rng, 1, 9, 4.0)}
    # clause: "A document without words stays 0", "a word that stands in no document"
    counts = documents(rng, 8, 9)
    counts[rng.permutation(8)[:2]] = 0
    counts[:, 4] = 0
    yield "two empty documents, and a word that stands in none", {"counts": counts}


@exercise(
    points=10,
    hint="In a document of the two words 3 and 5, which two entries of the table become 1, and what does a "
    "next document that begins with 7 add?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def cooccurrence(answer, docs, vocab, window):
    before = [list(document) for document in docs]
    counts = answer.cooccurrence(docs, vocab, window)
    if docs != before:
        raise WrongStructure(changed_in_place("docs"))
    return {"counts": counts}


def texts(rng, vocab, lengths):
    """Draw documents of these lengths."""
    return [rng.integers(0, vocab, size=int(length)).tolist() for length in lengths]


def without_repetition(rng, lengths):
    """Draw sentences of these lengths, in none of which a word stands twice."""
    return [rng.permutation(50)[: int(length)].tolist() for length in lengths]


@cooccurrence.cases
def _(rng):
    # clause: "at most `window` places apart", "in both directions"
    yield "one document, window 1", {"docs": texts(rng, 5, [20]), "vocab": 5, "window": 1}
    yield "one document, window 3", {"docs": texts(rng, 7, [30]), "vocab": 7, "window": 3}
    # clause: "in the same document"
    lengths = rng.integers(3, 7, size=8)
    yield "several documents, window 2", {"docs": texts(rng, 6, lengths), "vocab": 6, "window": 2}
    # clause: "A document may be empty or have one word; it adds nothing", "longer than the document"
    lengths = rng.permutation([0, 1, 1, 2, 3, 5, 0])
    yield "empty documents, single words, and a window longer than all", {
        "docs": texts(rng, 4, lengths), "vocab": 4, "window": drawn(rng, 6, 7),
    }
    # clause: "a word that stands twice adds 2 to its entry on the diagonal"
    docs = [np.repeat(rng.permutation(3), rng.integers(2, 5, size=3)).tolist() for _ in range(3)]
    yield "words that follow themselves", {"docs": docs, "vocab": 3, "window": 2}
    # clause: "Any other number is an unknown word: it is not counted, but it takes its place"
    one, two, three, *others = rng.permutation(5).tolist()
    docs = [rng.permutation([0, 1, 2, 3, 4, -1, 5, -2, 9]).tolist() for _ in range(5)]
    docs.append([one, two, -1, three, 5, others[0], -2, others[1]])
    yield "unknown words", {"docs": docs, "vocab": 5, "window": 2}
    docs = [np.tile(rng.permutation(3), 9).tolist(), texts(rng, 3, [40])[0]]
    yield "many of each pair", {"docs": docs, "vocab": 3, "window": drawn(rng, 4, 6)}


@exercise(
    points=15,
    hint="For which pairs is the logarithm minus infinity, for which is it negative, what do both become, "
    "and whose share, the word's or the context's, is raised to the power α?",
    arrays="numpy",
    dtype="float64",
)
def ppmi_svd(answer, counts, k, alpha=None):
    options = {} if alpha is None else {"alpha": alpha}
    found = keeping(lambda counts: answer.ppmi_svd(counts, k, **options), counts=counts)
    return named(found, "ppmi", "E")


def pair_counts(rng, words, contexts, size=3.0):
    """Draw counts of words in contexts, of which many are 0, and which are not symmetric."""
    rate = size * np.outer(rng.uniform(0.2, 3, size=words), rng.uniform(0.1, 3, size=contexts))
    return rng.poisson(rate * rng.exponential(size=(words, contexts))).astype(float)


@ppmi_svd.cases
def _(rng):
    def apart(k, words, contexts, size=3.0, empty=()):
        """Draw counts until the first k + 1 singular values are well apart."""
        while True:
            counts = pair_counts(rng, words, contexts, size)
            for row, column in empty:
                counts[row], counts[:, column] = 0, 0
            values = np.linalg.svd(_ppmi(counts, 0.75), compute_uv=False)[: k + 1]
            if counts.sum() > 0 and np.all(np.diff(values) < -0.05 * values[0] / k):
                return counts

    # clause: "p_α(c) the context's share after each total was raised to the power α"
    yield "eight words, five contexts, two columns", {"counts": apart(2, 8, 5), "k": 2}
    counts = apart(3, 7, 7)
    # clause: "0 where a pair was never seen", "no entry is below 0"
    yield "as many contexts as words, three columns", {"counts": counts + counts.T, "k": 3}
    yield "fewer words than contexts, large counts", {"counts": apart(3, 4, 11, 40.0), "k": 3}
    # clause: "alpha: above 0"
    yield "α = 1, which smooths nothing", {"counts": apart(2, 6, 9), "k": 2, "alpha": 1.0}
    yield "another α", {"counts": apart(2, 9, 6, 9.0), "k": 2, "alpha": float(rng.uniform(0.3, 0.6))}
    yield "α above 1", {"counts": apart(2, 7, 6), "k": 2, "alpha": float(rng.uniform(1.4, 2))}
    # clause: "A word or a context that was never seen has a row or a column of 0"
    counts = apart(2, 7, 8, empty=[(2, 5), (6, 0)])
    yield "words and contexts that were never seen", {"counts": counts, "k": 2}
    # clause: "k: from 1 to the smaller side": one column, and all
    yield "one column", {"counts": apart(1, 6, 5), "k": 1}
    yield "as many columns as there are words", {"counts": pair_counts(rng, 4, 6), "k": 4}
    # Each word has a context of its own: the logarithm of its share is above 10.
    counts = np.diag([1.0, 3.0, 2e3, 4e5, 9e6] * rng.uniform(1, 1.5, size=5))
    counts[4, 3] = 2.0
    order = rng.permutation(5)
    counts = counts[order][:, np.roll(order, 1)]  # no word has the number of its context
    yield "words so rare that the logarithm is large", {"counts": counts, "k": 2}


def _ppmi(counts, alpha):
    """Compute what the cases are drawn by."""
    of_context = counts.sum(axis=0) ** alpha
    expected = np.outer(counts.sum(axis=1), of_context / max(of_context.sum(), 1e-9))
    seen = (counts > 0) & (expected > 0)
    return np.where(seen, np.maximum(np.log(np.where(seen, counts / np.where(seen, expected, 1), 1)), 0), 0)


@ppmi_svd.judge
def _(returned, expected, inputs):
    ppmi, right = returned["ppmi"], expected["ppmi"]
    scale = 1e-5 * max(np.abs(right).max(), 1.0)
    if not np.all(np.abs(ppmi - right) <= scale):
        # clause: "no entry is below 0"
        if np.any(ppmi < -scale):
            return "some entries of the PPMI are below 0"
        return "the PPMI is another one"
    E, wanted = returned["E"], expected["E"]
    # clause: "E = U √S": the products of rows do not depend on the signs of the columns
    size = np.abs(wanted @ wanted.T).max()
    if not np.all(np.abs(E @ E.T - wanted @ wanted.T) <= 1e-5 * size):
        return "the products E Eᵀ are not those of U √S"
    # clause: "in descending order of the singular values", "signs of columns are free"
    if not np.all(np.abs(E.T @ E - wanted.T @ wanted) <= 1e-5 * size):
        return "the columns of E are not orthogonal, or not in descending order"
    return None


@exercise(
    points=5,
    hint="In a sentence of three words with window 1, how many pairs are there, and which words are a "
    "centre once only?",
    arrays="numpy",
)
def skipgram_pairs(answer, sentences, window, cbow=None):
    options = {} if cbow is None else {"cbow": cbow}
    columns = 1 + 2 * window if cbow else 2
    found = []
    for place, ids in enumerate(sentences):
        before = list(ids)
        rows = of_words(answer.skipgram_pairs(ids, window, **options), "the rows")
        if ids != before:
            raise WrongStructure(changed_in_place("ids"))
        if not rows.size:
            rows = np.zeros((0, columns), int)
        if rows.ndim != 2 or rows.shape[1] != columns:
            raise WrongStructure(f"expected rows of {columns} numbers, got {describe(rows)}")
        # The place of the sentence comes first, so that rows of one are not taken for another's.
        found.append(np.concatenate([np.full((len(rows), 1), place), rows], axis=1))
    return {"rows": np.concatenate(found)}


@skipgram_pairs.cases
def _(rng):
    # clause: "each word with each other word at most `window` places away"
    for window in (1, 2, 3):
        yield f"pairs, window {window}", {"sentences": without_repetition(rng, [11, 6]), "window": window}
    # clause: "A sentence may be empty or have one word; there are no rows then"
    lengths = rng.permutation([0, 1, 2, 3, 4, 5])
    yield "short sentences, one word, and none", {"sentences": without_repetition(rng, lengths), "window": 3}
    # clause: "the same pair as often as it occurs", "A word that stands twice is two words"
    yield "few words, which are repeated", {"sentences": texts(rng, 3, [14, 9]), "window": 2}
    # clause: "cbow=True: … the centre first, then its context in the order of the text"
    for window in (1, 3):
        yield f"groups, window {window}", {
            "sentences": without_repetition(rng, [12, 7]), "window": window, "cbow": True,
        }
    # clause: "-1 at each place that is beyond an end"
    yield "groups in short sentences", {
        "sentences": without_repetition(rng, rng.permutation([0, 1, 2, 3, 4, 5])), "window": 2, "cbow": True,
    }
    yield "groups of words that are repeated", {
        "sentences": texts(rng, 2, [40, 9]), "window": 2, "cbow": True,
    }
    yield "cbow=False, said", {"sentences": without_repetition(rng, [7, 5]), "window": 2, "cbow": False}


@skipgram_pairs.judge
def _(returned, expected, inputs):
    # clause: "in any order"
    if sorted(returned["rows"].tolist()) != sorted(expected["rows"].tolist()):
        return "the rows are other ones"
    return None


@exercise(
    points=5,
    hint="A word is a hundredth of the text and t is a ten-thousandth: is it kept more often than a rare "
    "word, or less often?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def noise_distribution(answer, counts, power=None, t=None):
    options = {"power": power, "t": t}
    options = {name: value for name, value in options.items() if value is not None}
    found = keeping(lambda counts: answer.noise_distribution(counts, **options), counts=counts)
    return named(found, "p", "keep")


@noise_distribution.cases
def _(rng):
    # clause: "in proportion to counts^power"
    counts = rng.integers(1, 2000, size=drawn(rng, 7, 12)).astype(float)
    yield "without options", {"counts": counts}
    # clause: "min(1, √(t / f))"
    counts = np.exp(rng.uniform(0, 9, size=30))
    yield "some words are always kept", {"counts": np.round(counts), "t": 0.01}
    yield "another power", {"counts": np.round(counts), "power": float(rng.uniform(0.2, 0.6)), "t": 0.02}
    yield "power 1, which changes no share", {"counts": rng.integers(1, 30, size=9) * 1.0, "power": 1.0}
    # clause: "A count of 0 gives p = 0 and keep = 1"
    counts = rng.permutation(np.append(rng.integers(50, 900, size=7), [0, 0, 0, 1])).astype(float)
    yield "words that do not occur", {"counts": counts, "t": 0.05}
    counts = rng.permutation([float(rng.integers(5, 900)), 0.0, 0.0, 0.0])
    yield "a single word that occurs", {"counts": counts, "t": float(rng.uniform(0.1, 0.6))}
    yield "two words", {"counts": rng.uniform(0.1, 0.4, size=2), "power": 2.0, "t": 0.1}


@exercise(
    points=15,
    hint="What is σ(-x) in terms of σ(x), and which function of TensorFlow computes its logarithm without "
    "computing σ first?",
)
def sgns_loss(answer, centre, context, negatives, cotangent=None):
    if cotangent is None:
        return {"loss": answer.sgns_loss(centre, context, negatives)}
    inputs = {"centre": centre, "context": context, "negatives": negatives}
    return gradients(lambda **inputs: answer.sgns_loss(**inputs), inputs, cotangent)


def triples(rng, batch, width, negatives, size=1.0):
    """Draw centres, contexts and negatives."""
    return {
        "centre": size * rng.normal(size=(batch, width)),
        "context": rng.normal(size=(batch, width)),
        "negatives": rng.normal(size=(batch, negatives, width)),
    }


@sgns_loss.cases
def _(rng):
    # clause: "-log σ(v·u) - Σ log σ(-v·n)"
    yield "four pairs, three negatives each", triples(rng, 4, 6, 3)
    yield "one pair, one negative", triples(rng, 1, 5, 1)
    yield "as many pairs as negatives as columns", triples(rng, 5, 5, 5)
    # Some score is so large that in float32 the sigmoid of its opposite is 0.
    large = {"centre": np.zeros((7, 1)), "negatives": np.zeros((7, 4, 1))}
    while (large["centre"][:, None] * large["negatives"]).max() < 110:
        large = triples(rng, 7, 1, 4, 30.0)
    yield "one column, large scores", large
    # clause: "Without negatives, K = 0, only the first term remains"
    yield "no negatives", triples(rng, 6, 4, 0)
    # clause: "Scores of ±1e4 do no harm"
    inputs = triples(rng, 6, 3, 2)
    for part in inputs.values():
        part[...] = 10.0 * rng.integers(1, 4, size=part.shape)
    inputs["centre"] *= np.array([1, -1, 100, -100, 10, -10.0])[:, None]
    yield "scores as large as 10,000 and larger", inputs
    # clause: "Gradients flow to all three"
    yield "the gradients", triples(rng, 3, 4, 5) | {"cotangent": rng.normal(size=3)}
    # clause: "also where a score is 0"
    inputs = {name: 40.0 * np.sign(value) for name, value in triples(rng, 5, 4, 3).items()}
    half = rng.permutation([1, 1, -1, -1])
    one, other = rng.permutation(5)[:2]
    inputs["context"][one] = half * inputs["centre"][one]
    inputs["negatives"][other, int(rng.integers(3))] = half * inputs["centre"][other]
    yield "the gradients where scores are large, or 0", inputs | {"cotangent": rng.normal(size=5)}


@exercise(
    points=10,
    hint="Which pairs does the sum run over, and what happens to a gradient that meets log 0, even if the "
    "result is multiplied by 0 afterwards?",
)
def glove_loss(answer, W, W_context, b, b_context, X, x_max=None, alpha=None, slopes=False):
    options = {name: value for name, value in {"x_max": x_max, "alpha": alpha}.items() if value is not None}
    inputs = {"W": W, "W_context": W_context, "b": b, "b_context": b_context}
    if isinstance(X, list):
        losses = [number(answer.glove_loss(**inputs, X=table, **options)) for table in X]
        return {"losses": losses} | gradients(
            lambda **inputs: sum(answer.glove_loss(**inputs, X=table, **options) for table in X), inputs
        )
    if not slopes:
        return {"loss": answer.glove_loss(**inputs, X=X, **options)}
    return gradients(lambda **inputs: answer.glove_loss(**inputs, X=X, **options), inputs)


def glove_inputs(rng, words, width, seen=0.5, largest=200.0):
    """Draw vectors, biases and counts, of which a share is above 0."""
    counts = np.round(np.exp(rng.uniform(0, np.log(largest), size=(words, words))))
    counts *= rng.random((words, words)) < seen
    counts[0, -1], counts[-1, 0] = largest, largest / 10  # beyond every x_max, and below
    return {
        "W": 0.5 * rng.normal(size=(words, width)),
        "W_context": 0.5 * rng.normal(size=(words, width)),
        "b": rng.normal(size=words),
        "b_context": rng.normal(size=words),
        "X": counts,
    }


@glove_loss.cases
def _(rng):
    # clause: "min(1, (X / x_max)^α)", "the sum runs over the pairs that were seen"
    yield "four words, all pairs seen", glove_inputs(rng, 4, 3, seen=1.1)
    yield "seven words, half of the pairs seen", glove_inputs(rng, 7, 2)
    inputs = glove_inputs(rng, 5, 5)
    inputs["X"][0] = [50.0, 400.0, 0.0, 9.0, 101.0]
    yield "counts beyond x_max", inputs
    # clause: "x_max: above 0", "alpha: above 0"
    yield "another x_max", glove_inputs(rng, 6, 3) | {"x_max": float(rng.uniform(5, 20))}
    yield "another α", glove_inputs(rng, 6, 3) | {"alpha": float(rng.uniform(0.2, 0.5)), "x_max": 60.0}
    yield "α above 1", glove_inputs(rng, 5, 4) | {"alpha": float(rng.uniform(1.3, 2))}
    # clause: "counts may be fractions"
    inputs = glove_inputs(rng, 5, 4)
    inputs["X"] *= 0.01
    yield "counts below 1", inputs | {"x_max": 1.5, "alpha": 1.0}
    inputs = glove_inputs(rng, 1, 6, largest=60.0)
    inputs["X"][:] = rng.uniform(20, 70)
    yield "one word", inputs
    # clause: "Gradients flow to both tables and both biases; a pair that was not seen adds none"
    yield "the gradients, half of the pairs seen", glove_inputs(rng, 5, 3) | {"slopes": True}
    inputs = glove_inputs(rng, 6, 3, seen=0.4) | {"slopes": True, "x_max": 30.0}
    inputs["X"][2], inputs["X"][:, 4] = 0, 0
    yield "the gradients, with a word and a context that were never seen", inputs
    # clause: "0 where no pair was seen"
    inputs = glove_inputs(rng, 4, 3)
    tables = [inputs["X"], 0 * inputs["X"], glove_inputs(rng, 4, 3, seen=0.3)["X"]]
    yield "three tables, in one of which no pair was seen", inputs | {
        "X": [tables[i] for i in rng.permutation(3)]
    }


@exercise(
    points=10,
    hint="Which five pieces of three characters has “<where>”, and does the word itself belong to them?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def fasttext_vector(answer, words, nmin, nmax, table, salt):
    def hash_fn(piece):
        """Return a whole number, which may be below 0."""
        return int.from_bytes(hashlib.md5(f"{salt} {piece}".encode()).digest()[:6], "big") - 2**47

    vectors = []
    for word in words:
        vector = keeping(
            lambda table: answer.fasttext_vector(word, nmin, nmax, table, hash_fn), table=table
        )
        if np.shape(vector) != table.shape[1:]:
            raise WrongStructure(f"expected one vector of {table.shape[1]} numbers, got {describe(vector)}")
        vectors.append(np.asarray(vector))
    return {"vectors": np.stack(vectors)}


def spelt(rng, lengths, letters="abcdefghijklmnopqrstuvwxyz"):
    """Draw words of these lengths, in none of which a letter stands twice unless there are too few."""
    return [
        "".join(rng.choice(list(letters), size=int(length), replace=length > len(letters)))
        for length in lengths
    ]


@fasttext_vector.cases
def _(rng):
    def tables(buckets=97, width=5):
        return {"table": 40 * rng.normal(size=(buckets, width)), "salt": drawn(rng, 0, 10**6)}

    # clause: "all pieces of nmin to nmax characters of <word>, with its brackets"
    yield "words of five to nine letters", {
        "words": spelt(rng, [5, 9, 7, 6]), "nmin": 3, "nmax": 6, **tables(),
    }
    yield "pieces of one size", {"words": spelt(rng, [6, 8, 5]), "nmin": 3, "nmax": 3, **tables()}
    # clause: "and <word> itself, however long or short it is"
    yield "short words, some of which are a piece themselves", {
        "words": spelt(rng, [1, 2, 3, 4]), "nmin": 3, "nmax": 5, **tables(),
    }
    # clause: "Both may exceed the length of <word>"
    yield "pieces that are longer than the word", {
        "words": spelt(rng, [1, 2, 3, 12]), "nmin": 6, "nmax": 8, **tables(),
    }
    yield "pieces of one character and more", {"words": spelt(rng, [4, 6]), "nmin": 1, "nmax": 2, **tables()}
    # clause: "each different piece once"
    yield "words in which pieces are repeated", {
        "words": spelt(rng, [9, 12, 11], "an"), "nmin": 2, "nmax": 3, **tables(),
    }
    # clause: "Characters, not bytes"
    yield "words with accents, and in Greek and Chinese", {
        "words": spelt(rng, [5, 6, 4], "éüßñçøαβγδλ語言詞"), "nmin": 2, "nmax": 4, **tables(),
    }
    yield "words with capital letters, and with brackets of their own", {
        "words": [*spelt(rng, [6, 5], "aAbBcCdD"), "<" + spelt(rng, [4])[0], spelt(rng, [3])[0] + ">"],
        "nmin": 2, "nmax": 4, **tables(),
    }
    # clause: "the remainder, from 0 on", "Two pieces may share a row; it then counts twice"
    yield "few rows, which pieces share", {
        "words": spelt(rng, [7, 9, 8, 6, 10]), "nmin": 2, "nmax": 4, **tables(7, 5),
    }
    # clause: "The empty word is “<>”"
    yield "the empty word, among others", {
        "words": ["", *spelt(rng, [6, 3])], "nmin": 2, "nmax": 4, **tables(),
    }


@exercise(
    points=6,
    hint="The sum king - man + woman is near to which of its own three words?",
    arrays="numpy",
    dtype="float64",
)
def analogy(answer, E, questions, topk):
    found = []
    for a, b, c in questions:
        best = of_words(keeping(lambda E: answer.analogy(E, a, b, c, topk), E=E), "the words")
        if best.ndim != 1:
            raise WrongStructure(f"expected a row of words, got {describe(best)}")
        found.append(np.append(best, -9))  # marks the end, as answers may differ in length
    return {"words, one question after the other": np.concatenate(found)}


def asked(rng, vocab, number):
    """Draw questions of three different words each."""
    return [[int(word) for word in rng.permutation(vocab)[:3]] for _ in range(number)]


@analogy.cases
def _(rng):
    # clause: "largest cosine with v_b - v_a + v_c, with v the vectors scaled to length 1"
    E = rng.normal(size=(40, 6)) * np.exp(rng.normal(size=(40, 1)))
    yield "vectors of all lengths", {"E": E, "questions": asked(rng, 40, 12), "topk": 5}
    # clause: "how many words to return, at least 1"
    yield "a single answer to each question", {"E": E, "questions": asked(rng, 40, 30), "topk": 1}
    # Four pairs that differ by the same offset, and words around them.
    base, offset = rng.normal(size=(4, 8)), rng.normal(size=8)
    E = np.concatenate([base, base + 0.8 * offset, rng.normal(size=(12, 8))])
    order = rng.permutation(20)
    place = np.argsort(order)
    apart = [(i, j) for i in range(4) for j in range(4) if i != j]
    questions = [[int(place[i]), int(place[i + 4]), int(place[j])] for i, j in apart]
    yield "pairs that differ by the same offset", {"E": E[order], "questions": questions, "topk": 9}
    # clause: "a, b and c themselves are never among them"
    # Not so alike that products of cosines put them into the same order as sums.
    alike = rng.normal(size=10)
    E = rng.normal(size=(25, 10)) + 9 * alike / np.linalg.norm(alike)
    yield "vectors that are all alike", {"E": E, "questions": asked(rng, 25, 15), "topk": 20}
    # clause: "the smaller number first where words are equally near"
    # Signs times powers of two: lengths, scores and their ties are exact.
    E = rng.choice([-1.0, 1.0], size=(30, 4)) * 2.0 ** rng.integers(-3, 4, size=(30, 1))
    signs = np.sign(E)
    questions = []
    while len(questions) < 10:  # whose sum has the length 1, so that scaling it is exact, too
        ((a, b, c),) = asked(rng, 30, 1)
        if not np.any((signs[b] == signs[c]) & (signs[c] != signs[a])):
            questions.append([a, b, c])
    yield "words that are equally near", {"E": E, "questions": questions, "topk": 8}
    # clause: "all that are left if there are fewer"
    E = rng.normal(size=(9, 5))
    yield "more words asked for than there are", {"E": E, "questions": asked(rng, 9, 12), "topk": 11}
    # clause: "a, b and c may be equal"
    E = rng.normal(size=(20, 4)) * np.exp(rng.normal(size=(20, 1)))
    questions = [[2, 2, 5], [14, 7, 14], [1, 3, 3], [16, 16, 16], [0, 18, 0], [4, 9, 9], [12, 6, 6]]
    yield "questions in which a word stands twice", {"E": E, "questions": questions, "topk": 17}
    # clause: "A vector of 0 has the cosine 0 with all"
    E = rng.normal(size=(10, 3))
    E[rng.permutation(10)[:3]] = 0
    yield "words without a vector", {"E": E, "questions": asked(rng, 10, 20), "topk": 7}


@exercise(
    points=4,
    hint="If a model's cosines were all squared, should its agreement with people change?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def word_sim(answer, E, lists, scores):
    found = []
    for pairs, human in zip(lists, scores, strict=True):
        value = keeping(answer.word_sim, E=E, pairs=pairs, human=human)
        if np.size(value) != 1:
            raise WrongStructure(f"expected one number, got {describe(value)}")
        found.append(float(np.asarray(value).reshape(())))
    return {"correlations": found}


@word_sim.cases
def _(rng):
    def rated(vocab, lengths, step=None):
        """Draw pairs of two different words, each pair once, and what people say of them."""
        every = np.array([(i, j) for i in range(vocab) for j in range(i)])
        lists = [rng.permutation(rng.permutation(every)[: int(n)], axis=1) for n in lengths]
        scores = [rng.uniform(0, 10, size=len(pairs)) for pairs in lists]
        if step:
            scores = [step * np.round(one / step) for one in scores]
        return {"lists": lists, "scores": scores}

    # clause: "The correlation of the ranks"
    E = rng.normal(size=(20, 5)) * np.exp(rng.normal(size=(20, 1)))
    yield "lists of eight to fifteen pairs", {"E": E, **rated(20, [8, 15, 11])}
    # clause: "words are compared by the cosine"
    E = rng.normal(size=(12, 3)) * np.exp(2 * rng.normal(size=(12, 1)))
    yield "vectors of very different lengths", {"E": E, **rated(12, [20, 17])}
    # clause: "Equal values share the mean of their ranks"
    yield "many equal judgements", {"E": rng.normal(size=(15, 4)), **rated(15, [16, 21], 2.5)}
    inputs = rated(10, [30, 24], 2.0)
    for pairs in inputs["lists"]:
        half = len(pairs) // 2
        pairs[half:] = pairs[:half, ::-1]
        pairs[-3:, 1] = pairs[-3:, 0]
    E = rng.choice([-1.0, 1.0], size=(10, 4)) * 2.0 ** rng.integers(-3, 4, size=(10, 1))
    yield "pairs that stand twice, turned round, and words with themselves", {"E": E, **inputs}
    # clause: "at least two"
    E = rng.normal(size=(9, 2))
    inputs = {"lists": [rng.permutation(9)[:4].reshape(2, 2) for _ in range(12)]}
    inputs["scores"] = [rng.permutation([1.0, 7.0]) for _ in range(12)]
    yield "two pairs, twelve times", {"E": E, **inputs}


@exercise(
    points=4,
    hint="By how many words is the sum divided in a row of two words and three places that are filled up?",
    dtype="float64",
    tolerance=1e-9,
)
def dan(answer, ids, mask, E, cotangent=None):
    if cotangent is None:
        return {"sentences": answer.dan(ids, mask, E)}
    return gradients(lambda E: answer.dan(ids, mask, E), {"E": E}, cotangent)


def padded(rng, batch, length, vocab, width):
    """Draw sentences of different lengths, filled up with a word of the vocabulary."""
    lengths = rng.integers(1, length + 1, size=batch)
    lengths[rng.integers(batch)] = max(1, length - 1)
    return {
        "ids": rng.integers(0, vocab, size=(batch, length)),
        "mask": np.arange(length) < lengths[:, None],
        "E": 20 * rng.normal(size=(vocab, width)),
    }


@dan.cases
def _(rng):
    # clause: "the mean of the vectors of a sentence's words"
    yield "four sentences of different lengths", padded(rng, 4, 6, 11, 3)
    inputs = padded(rng, 5, 5, 5, 5)
    inputs["mask"][:] = True
    yield "nothing is filled up", inputs
    yield "one sentence", padded(rng, 1, 7, 9, 4)
    # clause: "Sentences may have one place"
    yield "one word each", padded(rng, 6, 1, 8, 3)
    inputs = padded(rng, 4, 5, 1, 6)
    inputs["mask"][rng.integers(4)] = True  # without a place that is filled up
    yield "a vocabulary of one word", inputs
    # clause: "True where there is a word, wherever it stands"
    inputs = padded(rng, 5, 7, 9, 3)
    inputs["mask"] = rng.random((5, 7)) < 0.5
    inputs["mask"][:, 3] = True
    yield "words are missing at the start and in the middle", inputs
    # clause: "A sentence without words is 0"
    inputs = padded(rng, 6, 4, 9, 3)
    inputs["mask"][rng.permutation(6)[:2]] = False
    yield "two sentences without words, among others", inputs
    # clause: "Where it is False, the id says nothing; it may be -1 or any other number"
    inputs = padded(rng, 5, 6, 10, 4)
    inputs["mask"][rng.integers(5), -3:] = False
    empty = ~inputs["mask"]
    inputs["ids"][empty] = rng.permutation(np.resize([-1, 10, 99], np.sum(empty)))
    yield "ids that are of no word where nothing stands", inputs
    # clause: "Gradients flow to E"
    inputs = padded(rng, 4, 5, 6, 3)
    inputs["mask"][1] = False
    yield "the gradients, with a sentence without words", inputs | {"cotangent": rng.normal(size=(4, 3))}


@exercise(
    points=3,
    hint="What is the largest cosine that rounding may give, and what does arccos make of it?",
    dtype="float64",
    tolerance=1e-6,
)
def angular_similarity(answer, u, v):
    return {"similarity": answer.angular_similarity(u, v)}


@angular_similarity.cases
def _(rng):
    def size(*shape):
        return np.exp(rng.normal(size=(*shape, 1)))

    # clause: "1 - arccos(cos(u, v)) / π"
    yield "pairs of vectors", {"u": rng.normal(size=(9, 4)), "v": rng.normal(size=(9, 4))}
    u, v = rng.normal(size=(2, 3, 5, 6))
    yield "two axes before the last, vectors of all lengths", {"u": u * size(3, 5), "v": v * size(3, 5)}
    yield "one pair, without a batch", {"u": rng.normal(size=7), "v": rng.normal(size=7)}
    # clause: "their other axes are broadcast against each other"
    yield "each of some vectors with each of others", {
        "u": rng.normal(size=(4, 1, 5)) * size(4, 1), "v": rng.normal(size=(6, 5)),
    }
    # clause: "Equal vectors that are not 0 have the similarity 1, opposite ones 0", "and never NaN"
    # So many that rounding lifts some cosines above 1, and some below -1.
    u = rng.normal(size=(400, 5))
    v = rng.normal(size=(400, 5))
    kind = rng.integers(0, 3, size=(400, 1))
    v = np.where(kind == 0, u, np.where(kind == 1, -u, v))
    yield "equal, opposite and other vectors", {"u": u, "v": v * size(400)}
    # clause: "lengths from 1e-50 to 1e50"
    u, v = rng.normal(size=(2, 12, 4)) * 10.0 ** rng.integers(-49, 50, size=(2, 12, 1))
    u[:4] = v[:4]
    yield "vectors that are very long or very short", {"u": u, "v": v}
    # clause: "A vector of 0 has the cosine 0 with all, also with another vector of 0"
    u, v = rng.normal(size=(2, 8, 3))
    u[rng.permutation(8)[:2]], v[rng.permutation(8)[:2]] = 0, 0
    both = rng.integers(8)
    u[both], v[both] = 0, 0
    yield "vectors of 0, among others", {"u": u, "v": v}


@exercise(
    points=3,
    hint="If all of s are equal, which share of the sum does each layer have?",
    dtype="float64",  # with a tolerance that float32 meets, too
)
def elmo_mix(answer, layers, s, g, cotangent=None):
    if cotangent is None:
        return {"mixed": answer.elmo_mix(layers, s, g)}
    inputs = {"layers": layers, "s": s, "g": g}
    return gradients(lambda **inputs: answer.elmo_mix(**inputs), inputs, cotangent) | {
        "mixed": answer.elmo_mix(layers, s, g)
    }


@elmo_mix.cases
def _(rng):
    def stack(layers, batch, length, width):
        return {
            "layers": 20 * rng.normal(size=(layers, batch, length, width)),
            "s": rng.normal(size=layers),
            "g": np.asarray(rng.uniform(0.5, 3)),
        }

    # clause: "g Σ_l softmax(s)_l h_l"
    yield "three layers", stack(3, 2, 5, 4)
    yield "as many layers as sentences, words and columns", stack(4, 4, 4, 4)
    # clause: "one layer"
    yield "one layer, one sentence, one word", stack(1, 1, 1, 6)
    inputs = stack(2, 3, 1, 5)
    yield "a negative g", inputs | {"g": np.asarray(-inputs["g"])}
    # clause: "s of ±1e4 does no harm"
    inputs = stack(4, 2, 3, 3)
    inputs["s"] = rng.permutation([1e4, 1e4 - 1, -1e4, 0.0])
    yield "s as large as 10,000", inputs
    # clause: "Gradients flow to layers, s and g"
    inputs = stack(3, 2, 3, 4)
    yield "the gradients", inputs | {"cotangent": rng.normal(size=(2, 3, 4))}
