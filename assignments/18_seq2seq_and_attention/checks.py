"""How the answers on sequence to sequence and attention are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    REFUSED,
    WrongStructure,
    changed_in_place,
    describe,
    gradients,
    named,
    or_refused,
    put_weights,
    variables,
    with_gradients,
)
from grader.exercise import exercise

HOURS = 8



def some_masked(rng, batch, places, whole=None):
    """Draw where there is something: in each row somewhere and not everywhere, in `whole` nowhere."""
    mask = rng.random((batch, places)) < 0.6
    for row in mask:
        there, empty = rng.permutation(places)[[0, -1]]
        row[empty], row[there] = False, True
    if whole is not None:
        mask[whole] = False
    return mask


@exercise(
    points=10,
    hint="When the decoder is to answer with the third token, which tokens may it have read?",
)
def teacher_forcing(answer, batches, bos, pad):
    found = {}
    for number, y in enumerate(batches):
        parts = named(answer.teacher_forcing(y, bos, pad), "inputs", "labels", "mask")
        if np.asarray(parts["mask"]).dtype == bool:
            raise WrongStructure("expected the mask to be numbers, 1.0 and 0.0, and not truth values")
        found |= {f"{name} of batch {number}": part for name, part in parts.items()}
    return found


def sentences(rng, batch, length, pad, lengths=None):
    """Draw sentences of tokens from 3 to 29, that end with `pad` after 1 to `length` tokens."""
    y = rng.integers(3, 30, size=(batch, length))
    lengths = rng.integers(1, length + 1, size=batch) if lengths is None else np.asarray(lengths)
    return np.where(np.arange(length) < lengths[:, None], y, pad)


@teacher_forcing.cases
def _(rng):
    # clause: "`bos`, then all tokens of `y` but the last", "`y` as it is", "what a decoder reads, what it
    # should answer, and which answers count"
    yield "sentences of different lengths", {
        "batches": [sentences(rng, 5, 7, 0, [7, 2, 5, 1, 3])], "bos": 1, "pad": 0,
    }
    # clause: "1 where `y` is another token than `pad`, and 0 where it is `pad`", "the token that fills up",
    # "the token that the decoder reads first"
    batches = [sentences(rng, 4, 6, 2, [6, 4, 2, 5]), sentences(rng, 3, 3, 2)]
    yield "another padding, and a beginning that occurs in a sentence, too", {
        "batches": batches, "bos": int(batches[0][0, 2]), "pad": 2,
    }
    yield "sentences that need no padding, of 0 among other tokens", {
        "batches": [rng.integers(0, 9, size=(3, 5)), rng.integers(0, 4, size=(5, 8))],
        "bos": int(rng.integers(30, 90)), "pad": 9,
    }
    # clause: "A sentence may be all `pad`"
    yield "a sentence that is all padding", {
        "batches": [sentences(rng, 4, 5, 0, rng.permutation([0, 5, 2, 4]))], "bos": 2, "pad": 0,
    }
    # clause: "the length may be 0", and sentences of one token
    yield "sentences of one token, of none, and a single sentence", {
        "batches": [
            sentences(rng, 7, 1, 1, rng.integers(0, 2, size=7)),
            np.zeros((2, 0), np.int32),
            sentences(rng, 1, 6, 1, [4]),
        ],
        "bos": 2, "pad": 1,
    }
    # clause: "may be the same number as `pad`"
    yield "the beginning is the same token as the padding", {
        "batches": [sentences(rng, 4, 6, 0, [6, 3, 1, 4])], "bos": 0, "pad": 0,
    }
    # clause: "wherever it stands"
    y = rng.integers(0, 5, size=(5, 7))
    yield "padding at the front and in the middle", {"batches": [y], "bos": 5, "pad": 0}


def build(model, *inputs):
    """Build a model by one eager call; Keras would first trace a graph, which takes longer than all else."""
    if "build" in vars(type(model)) or not hasattr(model, "call"):
        model(*inputs)
    else:
        model.call(*inputs)
        model.built = True


@exercise(
    points=15,
    hint="A short sentence stands beside a long one in a batch: what is the encoder's state after its "
    "last word, and what after its padding?",
    tolerance=3e-5,
)
def Seq2Seq(answer, sizes, source, mask, decoder_inputs, weights, show="logits", cotangent=None):
    model = answer.Seq2Seq(*sizes)
    build(model, source, mask, decoder_inputs)
    put_weights(model, weights)
    if show == "gradients":
        reached = variables(model, weights)
        return with_gradients(lambda: model(source, mask, decoder_inputs, training=True), reached, cotangent)
    state = named(model.encode(source, mask), "h", "c")
    found = {f"{name} of the encoder": part for name, part in state.items()}
    if show == "steps":
        steps, state = [], list(state.values())
        for place in range(decoder_inputs.shape[1]):
            token = decoder_inputs[:, place : place + 1]
            logits, state = named(model.decode(token, state), "logits", "state").values()
            steps.append(np.asarray(logits))
        found["logits, token by token"] = np.concatenate(steps, axis=1)
    else:
        decoded = model.decode(decoder_inputs, list(state.values()))
        found["logits"], state = named(decoded, "logits", "state").values()
    return found | {f"{name} of the decoder": part for name, part in named(state, "h", "c").items()}


def translation(rng, sizes, words, length, lengths):
    """Draw weights of a model, and sentences of these lengths with padding behind them."""
    source_vocab, target_vocab, embedding, width = sizes
    lstm = {
        "kernel": (embedding, 4 * width), "recurrent_kernel": (width, 4 * width), "bias": (4 * width,),
    }
    weights = {
        "source_embedding.embeddings": rng.normal(size=(source_vocab, embedding)),
        "target_embedding.embeddings": rng.normal(size=(target_vocab, embedding)),
        "output_layer.kernel": rng.normal(size=(width, target_vocab)),
        "output_layer.bias": rng.normal(size=target_vocab),
    }
    for name in ("encoder", "decoder"):
        for part, shape in lstm.items():
            weights[f"{name}.cell.{part}"] = rng.normal(size=shape) / shape[0] ** 0.5 * (1 + (part != "bias"))
    batch, mask = len(lengths), np.arange(words) < np.asarray(lengths)[:, None]
    return {
        "sizes": list(sizes),
        "source": np.where(mask, rng.integers(1, source_vocab, size=(batch, words)), 0),
        "mask": mask,
        "decoder_inputs": rng.integers(1, target_vocab, size=(batch, length)),
        "weights": weights,
    }


@Seq2Seq.cases
def _(rng):
    # clause: "after it has read each sentence from its end to its start", "write another one with a second
    # LSTM", "with a bias and without an activation", "and the state [h, c] after the last step", "Return
    # the logits of the next token after each of the decoder's inputs"
    yield "one sentence without padding", translation(rng, (9, 7, 3, 4), 4, 3, [4])
    # clause: "What stands at padding, any word of the vocabulary, changes nothing, and neither does how
    # much of it there is"
    inputs = translation(rng, (11, 8, 4, 3), 6, 4, [6, 2, 5])
    inputs["source"] = np.where(inputs["mask"], inputs["source"], rng.integers(1, 11, size=(3, 6)))
    inputs["weights"]["output_layer.kernel"] *= 30
    yield "sentences of different lengths, with words behind their ends", inputs
    yield "sentences that are all shorter than the batch is wide", translation(
        rng, (8, 9, 3, 5), 7, 2, [3, 1, 4]
    )
    # clause: "False at padding, which stands anywhere"
    inputs = translation(rng, (9, 6, 4, 4), 6, 3, [6, 6, 6])
    inputs["mask"] = some_masked(rng, 3, 6)
    inputs["mask"][0, :2] = False, True
    inputs["mask"][1, [1, -1]] = True, False
    yield "padding in front and in the middle", inputs
    # clause: "zeros for a sentence that is all padding"
    yield "a sentence that is all padding beside one that is not", translation(
        rng, (7, 6, 3, 4), 5, 3, rng.permutation([0, 5, 3])
    )
    # clause: "Return the logits of the next token after each of the decoder's inputs", also after 0
    inputs = translation(rng, (7, 6, 4, 3), 4, 5, [4, 2, 3])
    inputs["decoder_inputs"][:, rng.permutation(4)[:2]] = 0
    yield "the decoder reads 0 like any other token", inputs
    # clause: "one place or more", "one step or more"
    yield "sentences of one word, and answers of one token", translation(rng, (6, 5, 2, 7), 1, 1, [1, 1])
    # clause: "Continue from a state", "[h, c] before the first of these steps", "Decoding one token at a
    # time, each from the state before, gives the same logits"
    yield "the decoder, token by token", translation(rng, (9, 7, 3, 4), 5, 4, [5, 3]) | {"show": "steps"}
    # clause: "The same in training as in use; gradients flow to all weights"
    inputs = translation(rng, (6, 5, 3, 4), 4, 3, [4, 2])
    yield "training: the logits and the gradients", inputs | {
        "show": "gradients", "cotangent": rng.normal(size=(2, 3, 5)),
    }


@exercise(
    points=15,
    hint="For one row of three words, of which the last is padding: what must the three weights sum to, "
    "and at which moment does the padding have to disappear for that?",
    tolerance=1e-4,
)
def additive_attention(answer, query, keys, W_query, W_keys, v, mask, cotangent=None, and_none=False):
    def called(query, keys, W_query, W_keys, v):
        return named(
            answer.additive_attention(query, keys, W_query, W_keys, v, mask), "context", "weights"
        )

    sources = {"query": query, "keys": keys, "W_query": W_query, "W_keys": W_keys, "v": v}
    found = called(**sources)
    if and_none:
        nothing = answer.additive_attention(query, keys[:, :0], W_query, W_keys, v, mask[:, :0])
        parts = named(nothing, "context", "weights")
        found |= {f"{name} without a place": part for name, part in parts.items()}
    if cotangent is None:
        return found
    found |= gradients(lambda **given: called(**given)["context"], sources, cotangent)
    slopes = gradients(lambda **given: called(**given)["weights"], sources, keys[:, :, 0])
    return found | {f"{name} of the weights": slope for name, slope in slopes.items()}


def alignment(rng, batch, words, Q, D, A, whole=None):
    """Draw what additive attention takes; row `whole` is all padding."""
    return {
        "query": rng.normal(size=(batch, Q)),
        "keys": rng.normal(size=(batch, words, D)),
        "W_query": rng.normal(size=(Q, A)) / Q**0.5,
        "W_keys": rng.normal(size=(D, A)) / D**0.5,
        "v": 2 * rng.normal(size=A),
        "mask": some_masked(rng, batch, words, whole),
    }


def saturated(rng):
    """Draw whole numbers for which each hidden unit is -1, 0 or 1, so that large scores are exact.

    The best word of a row is far better than all others; in some row padding is better than all words,
    and these have scores below 0. Units without a limit, and units that are never below 0, rank the
    words in another way.
    """
    while True:
        inputs = alignment(rng, 3, 6, 5, 4, 3) | {
            "query": 4.0 * rng.integers(-3, 4, size=(3, 5)),
            "keys": 8.0 * rng.integers(-3, 4, size=(3, 6, 4)),
            "W_query": 8.0 * rng.integers(-2, 3, size=(5, 3)),
            "W_keys": 8.0 * rng.integers(-2, 3, size=(4, 3)),
            "v": np.array([8192.0, 1024.0, 128.0]) * rng.choice([-1, 1], size=3),
        }
        total = np.einsum("bq,qa->ba", inputs["query"], inputs["W_query"])[:, None]
        total = total + np.einsum("btd,da->bta", inputs["keys"], inputs["W_keys"])
        limits = np.sign(total), total, total.clip(0)
        ranks = [np.einsum("bta,a->bt", units, inputs["v"]) for units in limits]
        words = [np.where(inputs["mask"], rank, -np.inf) for rank in ranks]
        second, best = np.sort(words[0])[:, -2:].T
        padding = np.where(inputs["mask"], -np.inf, ranks[0]).max(axis=1)
        others = [np.any(np.argmax(words[0], axis=1) != np.argmax(one, axis=1)) for one in words[1:]]
        if np.all(best > second) and np.any((best < 0) & (padding > best + 10_500)) and all(others):
            return inputs


@additive_attention.cases
def _(rng):
    # clause: "how well they match the query", "one for each row of the batch", "one for each word", "the
    # hidden layer's weights"
    yield "one sentence", alignment(rng, 1, 5, 3, 4, 6) | {"mask": np.ones((1, 5), bool)}
    # clause: "which sum to 1 over the words and are 0 at padding", "True at words, False at padding"
    yield "three sentences, some words masked", alignment(rng, 3, 7, 4, 5, 6)
    inputs = alignment(rng, 4, 4, 4, 4, 4)
    yield "as many sentences as words and units, large keys", inputs | {
        "keys": 20 * inputs["keys"], "W_keys": inputs["W_keys"] / 20,
    }
    # clause: "A row that is all padding has zero weights and a zero context"
    yield "a sentence that is all padding", alignment(rng, 3, 5, 2, 3, 4, whole=int(rng.integers(3)))
    # clause: "so large that scores may be ±10,000"
    yield "scores as large as 10,000, and padding that matches best", saturated(rng)
    # clause: "so have all rows if there is no place for a word at all"
    yield "a single word, and no place for a word", alignment(rng, 2, 1, 3, 5, 4) | {"and_none": True}
    # clause: "Gradients flow to all arguments but the mask"
    inputs = alignment(rng, 3, 5, 4, 3, 6, whole=int(rng.integers(3)))
    yield "the gradients, with one sentence that is all padding", inputs | {
        "cotangent": rng.normal(size=(3, 3))
    }


@exercise(
    points=5,
    hint="If the query is ten times a key, and all keys have length 1, what is that pair's product, and what "
    "are the other pairs'?",
)
def key_value_attention(answer, query, keys, values, order=None, cotangent=None):
    found = {"output": answer.key_value_attention(query, keys, values)}
    if order is not None:
        shuffled = keys.numpy()[:, order], values.numpy()[:, order]
        found["output after the pairs were shuffled"] = answer.key_value_attention(query, *shuffled)
    if cotangent is None:
        return found
    sources = {"query": query, "keys": keys, "values": values}
    return found | gradients(answer.key_value_attention, sources, cotangent)


def dictionary(rng, batch, n, d, e):
    """Draw a query, and pairs, for each row."""
    return {
        "query": rng.normal(size=(batch, d)),
        "keys": rng.normal(size=(batch, n, d)),
        "values": rng.normal(size=(batch, n, e)),
    }


@key_value_attention.cases
def _(rng):
    # clause: "unscaled, as the score", "mixed"
    yield "one dictionary of five pairs", dictionary(rng, 1, 5, 3, 4)
    yield "values that are wider than the keys, and large", {
        **dictionary(rng, 3, 4, 2, 7), "values": 30 * rng.normal(size=(3, 4, 7)),
    }
    yield "as many rows as pairs and columns", dictionary(rng, 4, 4, 4, 4)
    # clause: "for each row of the batch"
    inputs = dictionary(rng, 2, 6, 4, 3)
    yield "pairs in another order", inputs | {"order": rng.permutation(6)}
    inputs = dictionary(rng, 3, 5, 8, 2)
    keys = inputs["keys"] / np.linalg.norm(inputs["keys"], axis=-1, keepdims=True)
    yield "a query that is a key times 1,000 finds its value", inputs | {
        "keys": keys, "query": 1000 * keys[np.arange(3), rng.integers(5, size=3)],
    }
    # clause: "one or more", "as large as ±10,000"
    while True:  # until the best key is not the nearest one
        query = 50.0 * rng.integers(-3, 4, size=(3, 4))
        keys = 16.0 * rng.integers(-3, 4, size=(3, 5, 4))
        best = np.einsum("bd,bnd->bn", query, keys).argmax(axis=1)
        if np.any(best != np.square(query[:, None] - keys).sum(axis=2).argmin(axis=1)):
            break
    yield "products as large as 10,000, with two equal keys each", {
        "query": query, "keys": np.repeat(keys, 2, axis=1), "values": rng.normal(size=(3, 10, 3)),
    }
    yield "a single pair, and a key of one number", dictionary(rng, 2, 1, 1, 3)
    # clause: "Gradients flow to all arguments"
    yield "the gradients", dictionary(rng, 2, 4, 3, 5) | {"cotangent": rng.normal(size=(2, 5))}


@exercise(
    points=15,
    hint="Two beginnings have four continuations each, and width is 2: out of how many candidates are how "
    "many kept, and which of them are never continued?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def beam_search(answer, tables, searches, due=None):
    found = {}
    for number, (table, search) in enumerate(zip(tables, searches)):
        wrong = due is not None and due[number]
        given = []
        logp_fn = reader_of(table, search["bos"], given)
        results = or_refused(wrong, lambda: answer.beam_search(logp_fn, **search))
        if not all(np.array_equal(now, before) for now, before in given):
            raise WrongStructure(changed_in_place("the array that logp_fn returns"))
        if results is REFUSED:
            results = [((), REFUSED)]
        found |= {f"{name} {number}": part for name, part in as_arrays(results).items()}
    return found


def reader_of(table, bos, given):
    """Make the function of a table [step, token before, last token, next token].

    What it gives is kept in `given`, beside a copy.
    """

    def logp_fn(prefix):
        if not isinstance(prefix, tuple) or not prefix or prefix[0] != bos:
            raise WrongStructure(
                "expected logp_fn to be called with a tuple of tokens that begins with bos, "
                f"got {prefix!r}"
            )
        tokens = [0, 0, *prefix[1:]]
        step = len(prefix) - 1
        if step >= len(table):
            raise WrongStructure("expected logp_fn not to be asked for more than max_len tokens")
        found = table[step, tokens[-2], tokens[-1]].copy()
        given.append((found, found.copy()))
        return found

    return logp_fn


def as_arrays(results):
    """Return sentences as a matrix, filled up with -1, and their scores."""
    if not isinstance(results, list | tuple):
        raise WrongStructure(f"expected a list of pairs (tokens, score), got {describe(results)}")
    rows, scores = [], []
    for one in results:
        tokens, score = named(one, "tokens", "score").values()
        if not isinstance(tokens, tuple | list):
            raise WrongStructure(f"expected the tokens as a tuple, got {describe(tokens)}")
        if not all(type(token) is int for token in tokens):
            raise WrongStructure("expected the tokens to be Python's integers, as range gives them")
        rows.append(list(tokens))
        scores.append(float(score))
    longest = max(map(len, rows), default=0)
    sentences = [row + [-1] * (longest - len(row)) for row in rows]
    return {
        "tokens": np.array(sentences, np.int64).reshape(len(rows), longest), "scores": np.array(scores, float)
    }


def language(rng, vocab, max_len, spread=1.5, forbidden=0.0):
    """Draw log-probabilities [step, token before, last token, next token] of a language.

    A share `forbidden` of the continuations cannot be; at least one always can. The numbers are rounded
    to multiples of 2⁻²⁴, so that a key, which holds them all, is smaller.
    """
    logits = spread * rng.normal(size=(max_len, vocab, vocab, vocab))
    closed = rng.random(logits.shape) < forbidden
    np.put_along_axis(closed, rng.integers(vocab, size=(*logits.shape[:3], 1)), False, axis=-1)
    logits[closed] = -np.inf
    return rounded(logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True))


def rounded(logs):
    """Round to multiples of 2⁻²⁴."""
    return np.round(logs * 2.0**24) / 2.0**24


def all_sentences(table, eos, max_len):
    """Return the log-probability of each complete sentence."""
    found, live = {}, {(): 0.0}
    for step in range(max_len):
        longer = {}
        for tokens, total in live.items():
            past = (0, 0, *tokens)
            for token, logp in enumerate(table[step, past[-2], past[-1]]):
                if logp > -np.inf:
                    (found if token == eos else longer)[*tokens, token] = total + logp
        live = longer
    return found | live


def misled(rng, vocab, max_len, eos, alpha, forbidden=0.0):
    """Draw a language where the best sentence does not begin with the most probable token."""
    while True:
        table = language(rng, vocab, max_len, forbidden=forbidden)
        scores = {
            tokens: total / len(tokens) ** alpha
            for tokens, total in all_sentences(table, eos, max_len).items()
        }
        best = max(scores, key=scores.get)
        if best[0] != np.argmax(table[0, 0, 0]) and len(best) > 1:
            return table


@beam_search.cases
def _(rng):
    def search(**given):
        return {"bos": 7, "eos": 0, "width": 1, "max_len": 4, "alpha": 0.0} | given

    def never_ends(table, eos):
        """Take the end out of a language."""
        table = table.copy()
        table[..., eos] = -np.inf
        return rounded(table - np.log(np.exp(table).sum(axis=-1, keepdims=True)))

    # clause: "Find probable sentences with a beam"; width 1 is greedy
    tables = [misled(rng, 4, 5, eos, 0.0) for eos in (0, 2, 3)]
    yield "a beam of width 1 takes the best token at each step", {
        "tables": [*tables, never_ends(tables[0], 0)],
        "searches": [search(max_len=5, eos=eos) for eos in (0, 2, 3, 0)],
    }
    # clause: "may be more than there are", "or as many as there are"
    tables = [misled(rng, 3, 4, 1, 0.0), misled(rng, 4, 3, 1, 1.0)]
    yield "a beam that is wider than all there is finds everything", {
        "tables": tables,
        "searches": [search(eos=1, width=200), search(eos=1, width=500, max_len=3, alpha=1.0)],
    }
    # clause: "how many candidates are kept at each step, over all beginnings together", "the token that
    # ends a sentence"
    widths = (2, 2, 2, 3, 3, 3, 3, 4, 5, 5)
    yield "beams of width 2, 3, 4 and 5", {
        "tables": [language(rng, 5, 6, spread=1.0) for _ in widths],
        "searches": [search(width=width, max_len=6, eos=4) for width in widths],
    }
    # clause: "the power of the length in the score, 0 or more", "divided by the number of these tokens to
    # the power alpha", "with `eos` if the sentence has it"
    alphas = (0.1, 0.3, 1.0, 2.0) * 5
    yield "scores divided by a power of the length", {
        "tables": [language(rng, 4, 6, spread=1.0) for _ in alphas],
        "searches": [search(width=3, max_len=6, eos=2, alpha=alpha) for alpha in alphas],
    }
    # clause: "It has no part in which candidates are kept"
    yield "the power of the length says nothing about which candidates are kept", {
        "tables": [language(rng, 4, 7, spread=1.0) for _ in range(12)],
        "searches": [search(width=3, max_len=7, eos=1, alpha=3.0) for _ in range(12)],
    }
    # clause: "minus infinity where a token cannot follow", "Sentences that cannot be are never returned"
    yield "tokens that cannot follow", {
        "tables": [language(rng, 5, 6, spread=1.0, forbidden=0.3) for _ in range(22)],
        "searches": [
            search(width=3, max_len=6, eos=eos, alpha=alpha)
            for eos in (0, 1, 2, 3)
            for alpha in (0.3, 0.5, 0.7, 1.0, 2.0)
        ]
        + [search(width=900, max_len=3, eos=eos) for eos in (1, 3)],
    }
    # clause: "how many tokens a sentence may have": those that do not end are complete, too
    widths = (1, 2, 2, 2, 2, 3, 3, 3, 3, 4)
    yield "sentences that never end, but for their greatest length", {
        "tables": [never_ends(language(rng, 4, 6, spread=1.0), 3) for _ in widths],
        "searches": [search(width=width, max_len=6, eos=3, alpha=0.7) for width in widths],
    }
    yield "sentences of one token", {
        "tables": [language(rng, 6, 1), language(rng, 7, 1)],
        "searches": [search(width=4, max_len=1, eos=5, bos=1), search(width=9, max_len=1, alpha=1.0)],
    }
    # clause: "without the `bos` at the beginning": elsewhere it is a token like others. And products of
    # such probabilities are 0.
    yield "sentences that are all but impossible, with bos in the middle", {
        "tables": [language(rng, 4, 4, spread=300.0) for _ in range(3)],
        "searches": [search(width=width, bos=2) for width in (12, 25, 60)],
    }
    # clause: "`width` or `max_len` is below 1"
    settings = [
        (search(width=2), False), (search(width=0), True), (search(max_len=0, width=2), True),
        (search(width=-1), True), (search(max_len=-3), True),
    ]
    alphas = (0.5, 1.0, 0.5, 1.0) * 2
    settings += [(search(width=width, max_len=6, alpha=one), False) for width in (2, 3) for one in alphas]
    order = rng.permutation(len(settings))
    yield "widths and lengths that cannot be, which are an error", {
        "tables": [language(rng, *((3, 4) if settings[i][1] else (5, 6)), spread=1.0) for i in order],
        "searches": [settings[i][0] for i in order],
        "due": [settings[i][1] for i in order],
    }


@exercise(
    points=10,
    hint="The hypothesis says a word three times, one reference has it once and another twice: how many of "
    "the three are matched?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def bleu(answer, pairs, due=None):
    scores = []
    for number, (references, hypothesis, options) in enumerate(pairs):
        wrong = due is not None and due[number]
        score = or_refused(wrong, lambda: answer.bleu(references, hypothesis, **options))
        if np.size(score) != 1:
            raise WrongStructure(f"expected one number, got {describe(score)}")
        scores.append(float(score))
    return {"scores": scores}


WORDS = (
    "a all and at ball big bird blue book by cat cold cup dog door far fast fish four from garden green "
    "hat her his house in it jam key king lamp man mat new no of old on one out owl pen pig rat red road "
    "rose sat saw sea sky small son star sun that the three tree two under very warm was water we well"
).split()


def spoken(rng, length):
    """Draw a sentence in which no word occurs twice."""
    return [str(word) for word in rng.permutation(WORDS)[:length]]


def garbled(rng, sentence, changes):
    """Change some words, the first and the last excepted, to others that the sentence does not have."""
    sentence = list(sentence)
    others = iter(rng.permutation([word for word in WORDS if word not in sentence]))
    for place in 1 + rng.permutation(len(sentence) - 2)[:changes]:
        sentence[place] = str(next(others))
    return sentence


@bleu.cases
def _(rng):
    def pair(references, hypothesis, **options):
        return [references, hypothesis, options]

    # clause: "for a single sentence", "From 0 to 1", "by counts of word sequences"
    pairs = []
    for n in (2, 3, 2):
        reference = spoken(rng, int(rng.integers(12, 30)))
        pairs.append(pair([reference], garbled(rng, reference, 2)[:-1], n=n))
    reference = spoken(rng, int(rng.integers(15, 30)))
    pairs.append(pair([reference], garbled(rng, reference, 1)))
    yield "a few words changed", {"pairs": pairs}
    # clause: "Each k-gram is matched at most as often as in the one reference that has it most often"
    once = spoken(rng, 9)
    again, more, most = (int(number) for number in rng.integers([8, 5, 9], [20, 15, 30]))
    pairs = [
        pair([once], [once[0]] * again + once[1:3] * more, n=1),
        pair([once, [once[0], *once]], [once[0]] * most + once[1:4], n=1),
        pair([once[:4] * 2, once], once[:4] * 3, n=4),
        pair([[once[0]] * 3 + once[4:], [once[0]] + once[1:4]], [once[0]] * again + once[:2], n=2),
    ]
    yield "words that are said again and again", {"pairs": pairs}
    # clause: "r is the length of the reference": too short, too long, and as long
    reference = spoken(rng, int(rng.integers(18, 30)))
    pairs = [pair([reference], garbled(rng, reference[: int(rng.integers(8, 14))], 1), n=2)]
    pairs += [pair([reference], garbled(rng, reference, 2)[:-2], n=3)]
    pairs += [pair([reference[: -int(rng.integers(4, 9))]], reference)]
    pairs += [pair([reference], garbled(rng, reference, 1))]
    yield "too short, too long, and as long as the reference", {"pairs": pairs}
    # clause: "the reference whose length is closest to the hypothesis', the shorter of two that are equally
    # close"
    pairs = []
    for longer in ((-4, 2, 6), (4, -1), (1, 3, 10), (3, 1), (-6, 20), (2, -2), (-3, 3)):
        reference = spoken(rng, 40)
        length = int(rng.integers(10, 20))
        hypothesis = garbled(rng, reference[:length], 1)
        references = [reference[: length + one] for one in longer]
        pairs.append(pair(references, hypothesis, n=int(rng.integers(1, 3))))
    yield "several references of different lengths", {"pairs": pairs}
    # clause: "The result is 0 if for some k no k-gram is matched", "also if the hypothesis has fewer than n
    # words", "tokens that no reference has are allowed, and match nothing"
    reference = spoken(rng, int(rng.integers(14, 30)))
    holes = [word if place % 4 < 3 else "?" for place, word in enumerate(reference)]
    pairs = [
        pair([reference], holes), pair([reference], holes, n=3),
        pair([reference], reference[:3]), pair([reference], []), pair([reference], [], n=1),
        pair([reference], reference[:3], n=3), pair([reference], ["?", "!", "?", "!"], n=1),
        pair([reference], reference[::-1], n=2), pair([reference], reference[::-1], n=1),
        pair([reference], reference[4:8]), pair([reference], garbled(rng, reference, 2), n=2),
    ]
    yield "no match of four words, unknown words, and too few of them", {
        "pairs": [pairs[i] for i in rng.permutation(len(pairs))]
    }
    # clause: "a sentence may be empty"
    reference = spoken(rng, int(rng.integers(14, 30)))
    pairs = [
        pair([[]], reference[:4], n=1), pair([[], reference], reference[:4], n=2),
        pair([reference, []], garbled(rng, reference[:-3], 2), n=2),
        pair([[], spoken(rng, 8) + reference], reference[:6], n=2), pair([[], []], [], n=1),
    ]
    yield "empty references", {"pairs": [pairs[i] for i in rng.permutation(len(pairs))]}
    # clause: "words, or numbers", "up to how many words in a row are counted"
    pairs = []
    for n in (1, 2, 3, 5, 6):
        numbers = (10 + rng.permutation(90)[: int(rng.integers(20, 30))]).tolist()
        changed = [*numbers[:8], 100, 101, *numbers[10:]]
        pairs.append(pair([numbers], changed[: int(rng.integers(17, 20))], n=n))
    # Tokens that are not equal, though their texts are alike.
    numbers = (10 + rng.permutation(90)[: int(rng.integers(20, 30))]).tolist()
    pairs += [pair([[*numbers, "A", "1", "a b", "c"]], [*numbers, "a", 1, "a", "b c"], n=2)]
    pairs += [pair([[*numbers, -1]], [*numbers, -2], n=2)]
    # Tokens that are equal, though their texts are not.
    pairs += [pair([numbers], [*map(float, numbers[:6]), *numbers[6:12]], n=2)]
    yield "numbers in the place of words, n from 1 to 6", {"pairs": pairs}
    # clause: "there is no reference, or n is below 1"
    reference = spoken(rng, int(rng.integers(12, 40)))
    near = garbled(rng, reference, 2)[:-1]
    pairs = [(pair([reference], near, n=2), False), (pair([], near), True)]
    pairs += [(pair([reference], near, n=0), True), (pair([reference], near, n=-1), True)]
    pairs += [(pair([reference], near, n=1), False), (pair([], [], n=1), True)]
    order = rng.permutation(len(pairs))
    yield "no reference and no n, which are an error", {
        "pairs": [pairs[i][0] for i in order], "due": [pairs[i][1] for i in order],
    }


@exercise(
    points=8,
    hint="Which sum is 1 by itself, that over the places or that over the words, and which of the two does "
    "the penalty ask for?",
)
def soft_attention(answer, features, weights, cotangent=None, and_none=False):
    def called(features, weights):
        return named(answer.soft_attention(features, weights), "context", "penalty")

    found = called(features, weights)
    if and_none:
        parts = called(features, weights[:, :0])
        found |= {f"{name} without a word": part for name, part in parts.items()}
    if cotangent is None:
        return found
    sources = {"features": features, "weights": weights}
    found |= gradients(lambda **given: called(**given)["context"], sources, cotangent)
    slopes = gradients(lambda **given: called(**given)["penalty"], sources)
    return found | {f"{name} of the penalty": slope for name, slope in slopes.items()}


def looks(rng, batch, words, places, width, sharpness=1.5):
    """Draw features, and weights that sum to 1 over the places."""
    powers = np.exp(sharpness * rng.normal(size=(batch, words, places)))
    return {
        "features": rng.normal(size=(batch, places, width)),
        "weights": powers / powers.sum(axis=-1, keepdims=True),
    }


@soft_attention.cases
def _(rng):
    # clause: "Mix the features of a picture's places for each word"
    yield "one picture, three words, five places", looks(rng, 1, 3, 5, 4)
    # clause: "the sum over the places of (1 - Σₜ aₜᵢ)²"
    yield "more words than places", looks(rng, 2, 9, 4, 3)
    yield "as many words as places and features, looked at sharply", looks(rng, 3, 4, 4, 4, sharpness=6)
    # clause: "averaged over the batch"
    inputs = looks(rng, 5, 3, 6, 2)
    yield "five pictures, of which one is looked at unevenly", inputs | {
        "weights": inputs["weights"] * np.array([1.0, 1, 0.1, 1, 3])[rng.permutation(5)][:, None, None],
        "features": 30 * inputs["features"],
    }
    # clause: "there may be no word at all, and then the penalty is L", "of L places, one or more"
    yield "a single word, and no word", looks(rng, 3, 1, 7, 2) | {"and_none": True}
    yield "a single place", looks(rng, 2, int(rng.integers(3, 9)), 1, 3)
    # clause: "Gradients flow to both arguments"
    yield "the gradients", looks(rng, 2, 3, 5, 4) | {"cotangent": rng.normal(size=(2, 3, 4))}


@exercise(
    points=7,
    hint="Of two samples, may the baseline of the first contain the reward of the first?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-8,
)
def hard_attention_gradient(answer, logits, reward, draws, due=None):
    return {
        "gradients": np.stack([
            gradient_of(answer, logits, reward, samples, due is not None and due[number])
            for number, samples in enumerate(draws)
        ])
    }


def gradient_of(answer, logits, reward, samples, wrong):
    """Return the estimate of one draw; REFUSED at each place where it is refused."""
    before = [one.copy() for one in (logits, reward, samples)]
    found = or_refused(wrong, lambda: answer.hard_attention_gradient(logits, reward, samples))
    for name, one, was in zip(("logits", "reward", "samples"), (logits, reward, samples), before):
        if not np.array_equal(one, was):
            raise WrongStructure(changed_in_place(name))
    found = np.full(len(logits), REFUSED) if found is REFUSED else np.asarray(found)
    if found.shape != logits.shape:
        raise WrongStructure(f"expected shape ({len(logits)},), got {describe(found)}")
    return found


@hard_attention_gradient.cases
def _(rng):
    def drawn(places, *numbers):
        return {
            "logits": rng.normal(size=places),
            "reward": 2 * rng.normal(size=places) + 1,
            "draws": [rng.integers(places, size=number) for number in numbers],
        }

    # clause: "Estimate the gradient of the expected reward", "The mean over the samples of (reward -
    # baseline) · ∇ log p"
    yield "five samples of four places", drawn(4, 5)
    inputs = drawn(5, 5)
    orders = rng.permuted([np.arange(5)] * 2, axis=1)
    inputs["draws"] = [np.append(order[:4], order[0]) for order in orders]
    yield "as many samples as places", inputs
    yield "many samples of rewards that are far from 0", drawn(3, 40, 41) | {
        "reward": 500 + 100 * rng.normal(size=3)
    }
    # clause: "the mean reward of all other samples"
    yield "two samples", drawn(6) | {"draws": [rng.permutation(6)[:2] for _ in range(3)]}
    # clause: "and 0 if there is no other"
    yield "a single sample, several times", drawn(4, 1, 1, 1)
    # clause: "one may be drawn several times"
    inputs = drawn(4, 6)
    place, other = rng.permutation(4)[:2]
    yield "the same place again and again", inputs | {"draws": [np.array([place] * 5 + [other])]}
    # clause: "Averaged over all ways in which the samples can be drawn it is the gradient itself"
    every = np.array(np.meshgrid(*[np.arange(3)] * 3)).reshape(3, -1).T
    yield "all ways to draw three samples of three places", drawn(3) | {"draws": list(every)}
    # clause: "may be as large as ±10,000"
    yield "logits as large as 10,000", drawn(5, 7, 1, 1, 1, 1) | {
        "logits": np.array([1e4, 1e4 - 1, -1e4, 0.0, 1e4 - 2])[rng.permutation(5)]
    }
    # clause: "there is no sample"
    inputs = drawn(4, 6, 0, 7)
    order = rng.permutation(3)
    yield "no sample at all, which is an error", inputs | {
        "draws": [inputs["draws"][i] for i in order], "due": [bool(i == 1) for i in order],
    }


@exercise(
    points=7,
    hint="If all weight is in row 4 and s₁ is 1, in which row is it afterwards, and through which of the "
    "four steps has it gone before?",
    tolerance=1e-4,
)
def ntm_address(
    answer, memory, key, strength, gate, shift, sharpness, previous, cotangent=None
):
    sources = {
        "memory": memory, "key": key, "strength": strength, "gate": gate, "shift": shift,
        "sharpness": sharpness, "previous": previous,
    }
    if cotangent is None:
        return {"weights": answer.ntm_address(**sources)}
    return {"weights": answer.ntm_address(**sources)} | gradients(answer.ntm_address, sources, cotangent)


def shares(rng, *shape, sharpness=1.0):
    """Draw weights that sum to 1 along the last axis."""
    powers = np.exp(sharpness * rng.normal(size=shape))
    return powers / powers.sum(axis=-1, keepdims=True)


def head(rng, batch, N, W):
    """Draw what a head takes."""
    return {
        "memory": rng.normal(size=(batch, N, W)),
        "key": 3 * rng.normal(size=(batch, W)),
        "strength": rng.uniform(1, 5, size=(batch, 1)),
        "gate": rng.uniform(0.2, 0.8, size=(batch, 1)),
        "shift": shares(rng, batch, 3),
        "sharpness": rng.uniform(1.2, 4, size=(batch, 1)),
        "previous": shares(rng, batch, N),
    }


@ntm_address.cases
def _(rng):
    # clause: "looks for a key, jumps or stays, moves, and is sharpened"
    yield "one head, five rows", head(rng, 1, 5, 3)
    yield "as many heads as rows and columns", head(rng, 4, 4, 4)
    # clause: "β, 0 or more", "A row has a length of 0.001 or more", "and so has the key"
    inputs = head(rng, 3, 6, 4)
    powers = rng.permuted([[-2.75, -2.5, -2, -1, 0, 1]] * 3, axis=1)[..., None]
    lengths = 10.0**powers
    # The shortest row and the longest one have the key's direction, and so the same cosine.
    inputs["memory"] = np.where(np.isin(powers, [-2.75, 1]), inputs["key"][:, None], inputs["memory"])
    for name, length in ("memory", lengths), ("key", 10**-2.75):
        inputs[name] *= length / np.linalg.norm(inputs[name], axis=-1, keepdims=True)
    yield "only the content counts, short rows and keys", inputs | {
        "gate": np.ones((3, 1)), "shift": np.array([[0.0, 1, 0]] * 3), "sharpness": np.ones((3, 1)),
        "strength": np.array([[0.0], [2.0], [9.0]])[rng.permutation(3)],
    }
    # clause: "from 0 (the previous weights) to 1 (the content's)"
    yield "the head stays where it was, or jumps", head(rng, 4, 5, 3) | {
        "gate": rng.permutation([0.0, 0.0, 1.0, 1.0])[:, None]
    }
    # clause: "takes the weight of row i to row i + 1, and that of the last row to row 0", "in this order"
    moves = rng.permutation(3)
    yield "moves that are certain: back, not at all, forwards, in a circle", head(rng, 3, 7, 4) | {
        "gate": np.array([[0.0], [0.5], [0.0]]), "shift": np.eye(3)[moves], "sharpness": np.ones((3, 1)),
        "previous": np.eye(7)[np.array([0, rng.integers(7), 6])[moves]],
    }
    # clause: "in the order of its figure: content, gate, shift, sharpening", "γ, from 1 to 100"
    yield "sharpened as much as can be", head(rng, 3, 8, 3) | {
        "sharpness": np.array([[100.0], [30.0], [5.0]]), "gate": rng.uniform(0, 0.05, size=(3, 1)),
        "previous": np.concatenate([shares(rng, 2, 8, sharpness=0.1), 0.02 + 0.84 * np.eye(8)[:1]]),
    }
    # clause: "The cosine with a row of zeros, or of a key of zeros, is 0"
    inputs = head(rng, 3, 5, 4)
    inputs["memory"][:, rng.permutation(5)[:2]] = 0
    inputs["key"][int(rng.integers(3))] = 0
    inputs["gate"][:] = rng.uniform(0.8, 1, size=(3, 1))
    yield "empty rows, and an empty key", inputs
    # clause: "N rows, one or more", here two; large numbers
    inputs = head(rng, 2, 2, 1)
    signs = rng.permuted([[[1.0], [-1.0]]] * 2, axis=1)
    yield "two rows of one number, large numbers", inputs | {
        "memory": 500 * signs * abs(inputs["memory"]), "strength": rng.uniform(0.5, 2, size=(2, 1)),
    }
    # clause: "Gradients flow to all arguments"
    yield "the gradients", head(rng, 2, 5, 3) | {"cotangent": 5 * rng.normal(size=(2, 5))}
    yield "the gradients of a head whose weight is all in one row", head(rng, 2, 6, 3) | {
        "gate": np.zeros((2, 1)), "previous": np.eye(6)[rng.permutation([0, 5])],
        "cotangent": 5 * rng.normal(size=(2, 6)),
    }
    # clause: "where γ is 1 also through weights that are 0"
    yield "the gradients through weights that are 0, not sharpened", head(rng, 3, 6, 3) | {
        "gate": np.zeros((3, 1)), "previous": np.eye(6)[rng.permutation(6)[:3]],
        "sharpness": np.ones((3, 1)), "cotangent": 5 * rng.normal(size=(3, 6)),
    }


@exercise(
    points=3,
    hint="If the weight of a row is 1 and a column is erased wholly, what stands there after adding?",
)
def ntm_write(answer, memory, weights, erase, add, cotangent=None):
    sources = {"memory": memory, "weights": weights, "erase": erase, "add": add}
    if cotangent is None:
        return {"memory": answer.ntm_write(**sources)}
    return {"memory": answer.ntm_write(**sources)} | gradients(answer.ntm_write, sources, cotangent)


def written(rng, batch, N, W):
    """Draw a memory, and what is written."""
    return {
        "memory": 4 * rng.normal(size=(batch, N, W)),
        "weights": shares(rng, batch, N, sharpness=1.5),
        "erase": rng.uniform(0.1, 0.9, size=(batch, W)),
        "add": 3 * rng.normal(size=(batch, W)),
    }


@ntm_write.cases
def _(rng):
    # clause: "Return the memory after a head has erased and added", "first the erasing, then the adding"
    yield "one memory of five rows", written(rng, 1, 5, 3)
    yield "as many memories as rows and columns, large numbers", {
        key: value * (10 if key in ("memory", "add") else 1) for key, value in written(rng, 4, 4, 4).items()
    }
    # clause: "from 0 to 1", "one for each row"
    yield "one row is written, and columns are erased wholly or not at all", written(rng, 3, 6, 5) | {
        "weights": np.eye(6)[rng.integers(6, size=3)],
        "erase": rng.choice([0.0, 1.0], size=(3, 5)),
    }
    yield "a single row, a single column", written(rng, 3, 1, 1)
    # clause: "Gradients flow to all arguments"
    yield "the gradients", written(rng, 2, 5, 3) | {"cotangent": rng.normal(size=(2, 5, 3))}


@exercise(
    points=5,
    hint="By which of the two vectors is a sentence found, and which of the two is told?",
    tolerance=1e-4,
)
def memory_hop(answer, u, A, C, mask, hops=1, cotangent=None):
    found = {}
    question = u
    for hop in range(hops):
        question = answer.memory_hop(question, A, C, mask)
        found[f"after hop {hop + 1}"] = question
    if cotangent is None:
        return found
    sources = {"u": u, "A": A, "C": C}
    return found | gradients(lambda u, A, C: answer.memory_hop(u, A, C, mask), sources, cotangent)


def stored(rng, batch, N, D, whole=None):
    """Draw a question and a memory, of which some places are empty."""
    return {
        "u": rng.normal(size=(batch, D)),
        "A": rng.normal(size=(batch, N, D)),
        "C": rng.normal(size=(batch, N, D)),
        "mask": some_masked(rng, batch, N, whole),
    }


def planted(rng, people=4, things=4, places=4):
    """Draw stories of who took what and who went where, as memories that two hops answer.

    The columns are the things, the people and the places. Hop 1 turns a thing into who has it, and hop 2
    these into where they are.
    """
    owners, where = rng.permutation(people), rng.integers(places, size=people)
    things_in, people_in, places_in = (12 * np.eye(things), 12 * np.eye(people), 12 * np.eye(places))
    rows = []
    for thing, owner in enumerate(owners):
        found = np.concatenate([things_in[thing], np.zeros(people + places)])
        told = np.concatenate([-things_in[thing] / 12, people_in[owner] / 12, np.zeros(places)])
        rows.append((found, told))
    for person, place in enumerate(where):
        found = np.concatenate([np.zeros(things), people_in[person], np.zeros(places)])
        told = np.concatenate([np.zeros(things), -people_in[person] / 12, places_in[place] / 12])
        rows.append((found, told))
    order = rng.permutation(len(rows))
    A, C = (np.array([rows[i][part] for i in order]) for part in (0, 1))
    u = np.concatenate([np.eye(things), np.zeros((things, people + places))], axis=1)
    repeated = [np.repeat(one[None], things, axis=0) for one in (A, C)]
    return {"u": u, "A": repeated[0], "C": repeated[1], "mask": np.ones((things, len(rows)), bool)}


@memory_hop.cases
def _(rng):
    # clause: "u + o, with o the weighted mean of C"
    yield "one question, five places", stored(rng, 1, 5, 3) | {"mask": np.ones((1, 5), bool)}
    # clause: "True where something is stored", "What stands in the other places, any finite numbers,
    # changes nothing"
    inputs = stored(rng, 3, 6, 4)
    empty = ~inputs["mask"][..., None]
    # Products of 1e30: no number that is subtracted from them, such as 1e9, takes an empty place out.
    yield "empty places, with large numbers in them", inputs | {
        "A": np.where(empty, 1e30 * inputs["A"], inputs["A"]), "C": np.where(empty, 1e30, inputs["C"]),
    }
    yield "as many questions as places and columns", stored(rng, 5, 5, 5)
    # clause: "u itself where nothing is stored"
    yield "an empty memory beside others", stored(rng, 4, 5, 3, whole=int(rng.integers(4)))
    # clause: "as large as ±10,000"
    while True:  # until an empty place matches better than all others, which do not match at all
        inputs = stored(rng, 3, 5, 4)
        inputs["u"] = 25.0 * rng.integers(-3, 4, size=(3, 4))
        inputs["A"] = 16.0 * rng.integers(-3, 4, size=(3, 5, 4))
        products = np.einsum("bd,bnd->bn", inputs["u"], inputs["A"])
        masks = inputs["mask"], ~inputs["mask"]
        there, empty = (np.where(one, products, -np.inf).max(axis=1) for one in masks)
        if np.any((there < 0) & (empty > there + 11_000)) and abs(products).max() <= 10_000:
            break
    yield "products as large as 10,000, and empty places that match best", inputs
    # clause: "Look a question up in a memory, and add what is found to it": twice
    yield "two hops answer where a thing is", planted(rng) | {"hops": 2}
    yield "a single place of one number, three hops", stored(rng, 2, 1, 1) | {"hops": 3}
    # clause: "Gradients flow to u, A and C"
    yield "the gradients, with one memory that is empty", stored(rng, 3, 4, 3, whole=int(rng.integers(3))) | {
        "cotangent": rng.normal(size=(3, 3))
    }
