# %% [markdown]
r"""
# The company that words keep

Open the manual of a language that you do not know. You meet a word, *tuple* say, and nobody tells
you what it means. But you see where it stands: after "a", before "of", near "list" and "items",
and in many sentences in which "list" could stand as well. After fifty such sentences you know a
good deal about it, though it was never defined. "You shall know a word by the company it keeps",
wrote the linguist J. R. Firth in 1957.

**The question.** How much of what a word means can be computed from the words around it, and what
gets lost when each word has one vector?

The text is the manual of Python that is part of Python itself: 79 pages, about 64,000 words. That
is ten thousand times less than what the vectors in use were trained on; you meet some of those at
the end.

**Before you run anything**, write down your predictions:

1. Five ways of making vectors read the manual: plain counts, weighted and compressed counts
   (PPMI and SVD), skip-gram, GloVe and fastText. For ten words we look for a partner that we chose
   beforehand, such as "false" for "true", among the nearest neighbours. Which of the five finds most
   partners in a text this small: a way that counts, or a way that trains?
2. "Paris" is to "France" as what is to "Germany"? Vectors are said to answer such questions by a sum:
   Paris - France + Germany. Usually the three words of the question are excluded as answers. If they
   are not, how many of the answers stay right: most, half, or hardly any?
3. We write one new word, "blick", in the place of "string" *and* of "module". One vector of "blick"
   cannot say which of the two was meant. From the mean of the eight words around it, how often can
   one tell: in 60, 75 or 95 % of the cases? And how often from the states of a network that reads
   the sentence in order?

You write fourteen short functions. The first four count, the next six train, and the last four ask
what the vectors know and put words together to sentences.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Float64, Int, Int32

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They read the manual, train what they are given, and make
the pictures.
"""

# %% tags=["active-ipynb"]
# @@helpers

# %% [markdown]
r"""
## Words as numbers

A computer gets a word as its number in a list, the *vocabulary*. Our vocabulary has the words that
stand at least ten times in the manual, the most frequent first. All others are *unknown*; they get
the number -1.

The number itself means nothing: word 7 is not half of word 14. So a network gets a *one-hot* row
instead: as many columns as there are words, a 1 in the word's own column and 0 elsewhere. Multiplied
by a table of vectors, one row for each word, this row picks out the word's vector. What is called
an *embedding layer* does just that without the multiplications.
"""


# %%
def one_hot(ids: Int[np.ndarray, " length"], vocab: int) -> Float64[np.ndarray, "length vocab"]:
    """Write each word as a row that is 1 in the word's column and 0 elsewhere.

    The local coding that Bengio et al., "A Neural Probabilistic Language Model" (2003),
    https://www.jmlr.org/papers/v3/bengio03a.html, multiply by a table of vectors. Any way of
    computing it will do.

    Args:
        ids: the words; numbers from 0 to vocab - 1 are known words. Any other number is an unknown
            word; its row is 0 throughout.
        vocab: how many words the vocabulary has.

    Returns:
        [length, vocab], 0 and 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(one_hot)

# %% tags=["active-ipynb"]
# @@onehot

# %% [markdown]
r"""
## What a page is about

The simplest company of a word is the page it stands on. Count, for each of N pages (*documents*) and
each word, how often the word stands there. The largest counts belong to "the", "a" and "is" on every
page, and say nothing. A word says something about a page if it stands there often *and on few other
pages*. With $n_w$ for the number of documents in which the word w stands, its weight is

$$\text{idf}_w=\ln\frac{1+N}{1+n_w}+1,$$

the *inverse document frequency*. The 1s in the fraction act as one more document that has every word, so
that nothing is divided by 0. The count times this weight is called *tf-idf*. Last, each document's row is
divided by its length, so that long pages have no advantage.
"""


# %%
def tfidf(counts: Float64[np.ndarray, "documents words"]) -> Float64[np.ndarray, "documents words"]:
    """Weight counts by how few documents a word stands in, and scale each document to length 1.

    The idea is Spärck Jones', "A Statistical Interpretation of Term Specificity and Its Application
    in Retrieval" (1972), https://doi.org/10.1108/eb026526; the form is scikit-learn's with its
    default options: a count times ln((1 + N) / (1 + n_w)) + 1, then each document divided by its
    length, the square root of its sum of squares.

    Args:
        counts: [N, words], how often each word stands in each document. There may be documents
            without words, and a word that stands in no document.

    Returns:
        [N, words]. A document without words stays 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(tfidf)

# %% [markdown]
r"""
A search engine in five lines: the question is one more document, and the page whose row has the
largest product with it is shown. Read off below which words each page is found by. If the weights
were wrong, "the" and "a" would be among them.
"""

# %% tags=["active-ipynb"]
# @@tfidf

# %% [markdown]
r"""
## Counting neighbours

A page is coarse company. Now count, for each pair of words, how often they stand near each other: at
most `window` places apart. The row of a word in this table is a description of its company.

The function below shows it for a single pair of words, in full. Yours counts all pairs at once.
"""


# %% tags=["active-ipynb"]
# @@pair

# %%
def cooccurrence(
    docs: Sequence[Sequence[int]], vocab: int, window: int
) -> Float64[np.ndarray, "vocab vocab"]:
    """Count how often two words stand in the same document at most `window` places apart.

    The table of counts of section 3 of Pennington, Socher and Manning, "GloVe: Global Vectors for
    Word Representation" (2014), https://doi.org/10.3115/v1/D14-1162, without weights for the distance.

    Args:
        docs: documents, each a list of words. Numbers from 0 to vocab - 1 are known words. Any other
            number is an unknown word: it is not counted, but it takes its place. A document may be
            empty or have one word; it adds nothing.
        vocab: how many words the vocabulary has.
        window: at least 1; may be longer than the document.

    Returns:
        [vocab, vocab]. Each two places are counted in both directions, so that the table is
        symmetric, and a word that stands twice adds 2 to its entry on the diagonal.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(cooccurrence)

# %% tags=["active-ipynb"]
# @@cooc

# %% [markdown]
r"""
## More often than by chance

"the" stands near everything, since it is everywhere. What matters is whether two words stand near
each other *more often than by chance*. With $p(w,c)$ for a pair's share of all counts, $p(w)$ for the
share of the row and $p(c)$ for the share of the column,

$$\text{PMI}(w,c)=\ln\frac{p(w,c)}{p(w)\,p(c)}$$

is the *pointwise mutual information*: 0 by chance, above 0 if the two seek each other. Three changes
make it useful. A pair that was never seen would get $-\infty$, and one that was seen once too seldom says little, so
everything below 0 becomes 0 (*positive* PMI). A rare context reaches a huge PMI by a single
coincidence; to raise the contexts' totals to the power α = 0.75 makes rare contexts seem more
frequent than they are, and so damps them. And a row of hundreds of numbers, mostly 0, is compressed to
k numbers by the singular value decomposition $M=U\,S\,V^\top$, of which the k largest singular
values are kept: $E=U_k\sqrt{S_k}$.

*A small step.* A word has 2 of its 100 counts with a context that has 1 % of all counts. What is
the PMI? And if 2 was the whole text's only coincidence with a context of share 0.001 %?

<details><summary>Answer</summary>

$p(w,c)/p(w)$ is the share within the row, 2 %. Divided by 1 %, this is 2, so that the PMI is
$\ln2\approx0.69$. With a share of 0.001 % it is $\ln2000\approx7.6$: eleven times as much, from the
same two sightings.

</details>
"""


# %%
def ppmi_svd(
    counts: Float64[np.ndarray, "words contexts"], k: int, alpha: float = 0.75
) -> tuple[Float64[np.ndarray, "words contexts"], Float64[np.ndarray, "words k"]]:
    """Compare counts with chance, and compress the rows to k numbers.

    The positive PMI with context distribution smoothing, and its factors, of Levy, Goldberg and
    Dagan, "Improving Distributional Similarity with Lessons Learned from Word Embeddings" (2015),
    https://doi.org/10.1162/tacl_a_00134: max(0, ln(p(w,c) / (p(w) p_α(c)))), with p_α(c) the
    context's share after each total was raised to the power α.

    Args:
        counts: of words (rows) in contexts (columns); some are above 0. They need not be symmetric. A
            word or a context that was never seen has a row or a column of 0.
        k: from 1 to the smaller side of `counts`.
        alpha: above 0; 1 smooths nothing.

    Returns:
        (ppmi, E): the positive PMI, 0 where a pair was never seen, so that no entry is below 0; and
        E = U √S, the columns in descending order of the singular values. The signs of columns are
        free. Any library function may be called.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(ppmi_svd)

# %% [markdown]
r"""
The map shows words of five groups, at the first two principal components of their vectors. Words of
one colour should lie together. From plain counts, what is frequent lies on one side, whatever it means.
"""

# %% tags=["active-ipynb"]
# @@map

# %% [markdown]
r"""
## From counting to predicting

*Skip-gram* (Mikolov et al., 2013) does not count; it reads the text pair by pair. Each word is a
*centre* once, and each word near it is its *context*. A model is trained to say which contexts a
centre has. The other way round, to guess the centre from all of its context at once, is called
*CBOW*, a continuous bag of words.
"""


# %%
def skipgram_pairs(ids: Sequence[int], window: int, cbow: bool = False) -> Int32[np.ndarray, "rows columns"]:
    """List what a model learns from a sentence: pairs of a centre and a context, or groups.

    The training examples of Mikolov et al., "Efficient Estimation of Word Representations in Vector
    Space" (2013), https://arxiv.org/abs/1301.3781, with a window that is always the same.

    Args:
        ids: the sentence; numbers from 0 on. A word that stands twice is two words. A sentence may be
            empty or have one word; there are no rows then.
        window: at least 1.
        cbow: what to list.

    Returns:
        The rows, in any order, as whole numbers. cbow=False: [P, 2], the pair (centre, context) of
        each word with each other word at most `window` places away, the same pair as often as it
        occurs. cbow=True: [rows, 1 + 2 window], for each word the centre first, then its context in the
        order of the text, with -1 at each place that is beyond an end. Without rows, [0, 2] or
        [0, 1 + 2 window].
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(skipgram_pairs)

# %% tags=["active-ipynb"]
# @@pairs

# %% [markdown]
r"""
## Which words to draw

To learn which contexts belong to a centre, the model also needs contexts that do not: the *negatives*,
drawn at random. Drawn by their share of the text, they would be "the" most of the time; drawn all alike,
they would be words that hardly occur. Mikolov et al. found a middle: counts to the power 0.75, scaled
to sum to 1. Frequent words are also thinned out in the text itself: with $f_w$ for the share of the text
that is the word w, each of its occurrences is kept with the probability $\min(1,\sqrt{t/f_w})$.
"""


# %%
def noise_distribution(
    counts: Float64[np.ndarray, " words"], power: float = 0.75, t: float = 1e-5
) -> tuple[Float64[np.ndarray, " words"], Float64[np.ndarray, " words"]]:
    """Say how likely each word is drawn as a negative, and how likely each occurrence is kept.

    Sections 2.2 and 2.3 of Mikolov et al., "Distributed Representations of Words and Phrases and
    their Compositionality" (2013), https://arxiv.org/abs/1310.4546.

    Args:
        counts: how often each word occurs; some are above 0.
        power: above 0.
        t: above 0; the share f of the text from which on a word is thinned out.

    Returns:
        (p, keep): p is in proportion to counts^power and sums to 1; keep is min(1, √(t / f)), where f
        is the word's count, divided by the sum of all counts. A count of 0 gives p = 0 and keep = 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(noise_distribution)

# %% tags=["active-ipynb"]
# @@noise

# %% [markdown]
r"""
## Telling company from chance

Each word w has two vectors: $v_w$ as a centre and $u_w$ as a context. For a centre c, a context
o that was seen, and K negatives $n_1,\dots,n_K$, the model is a classifier: the probability that a pair
comes from the text is $\sigma(v\cdot u)$, where $\sigma(x)=1/(1+e^{-x})$. Its loss, the negative
log-likelihood of one 1 and K zeros, is

$$\ell=-\ln\sigma(v_c\cdot u_o)-\sum_{k=1}^K\ln\sigma(-v_c\cdot u_{n_k}).$$

*A small step.* What is the loss at the start, when all vectors are close to 0, with K = 5? And for
a score of -1000 that should be positive, what does `tf.math.log(tf.sigmoid(score))` give in float32?

<details><summary>Answer</summary>

All K + 1 = 6 probabilities are 1/2, so that the loss is $6\ln2\approx4.16$. In float32 σ(-1000) is 0,
and its logarithm $-\infty$, where -1000 is right; the gradient becomes NaN. So the logarithm and σ must be
computed together: $-\ln\sigma(x)=\ln(1+e^{-x})$, which is called *softplus* of -x.

</details>
"""


# %%
def sgns_loss(
    centre: Float[tf.Tensor, "batch width"],
    context: Float[tf.Tensor, "batch width"],
    negatives: Float[tf.Tensor, "batch negatives width"],
) -> Float[tf.Tensor, " batch"]:
    """Compute the loss of skip-gram with negative sampling, for each pair.

    Equation (4) of Mikolov et al., "Distributed Representations of Words and Phrases and their
    Compositionality" (2013), https://arxiv.org/abs/1310.4546, as a loss:
    -log σ(c·o) - Σ log σ(-c·n).

    Args:
        centre: c, the vectors of the centres.
        context: o, the vectors of the contexts that were seen with them.
        negatives: n, the vectors of K contexts that were drawn. Without negatives, K = 0, the first term
            is left.

    Returns:
        [batch]. Scores of ±1e4 do no harm. Gradients flow to all three.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(sgns_loss)

# %% tags=["active-ipynb"]
# @@sgns

# %% [markdown]
r"""
@@pmi-text
"""

# %% tags=["active-ipynb"]
# @@pmi

# %% [markdown]
r"""
@@bug-text
"""

# %% tags=["active-ipynb"]
# @@bug

# %% [markdown]
r"""
## Fitting the logarithms: GloVe

GloVe goes back to the table of counts $X$. Its vectors $w_i$ (word) and $\tilde w_j$ (context) and two
biases are to fit the logarithm of each count that is not 0:

$$\ell=\sum_{X_{ij}>0}f(X_{ij})\,(w_i\cdot\tilde w_j+b_i+\tilde b_j-\ln X_{ij})^2,\qquad
f(x)=\min\big(1,(x/x_{\max})^\alpha\big)$$

Rare pairs are noisy, so they weigh less; from $x_{\max}$ on all weigh the same.
"""


# %%
def glove_loss(
    W: Float[tf.Tensor, "words width"],
    W_context: Float[tf.Tensor, "words width"],
    b: Float[tf.Tensor, " words"],
    b_context: Float[tf.Tensor, " words"],
    X: Float[tf.Tensor, "words words"],
    x_max: float = 100.0,
    alpha: float = 0.75,
) -> Float[tf.Tensor, ""]:
    """Compute how far products of vectors are from the logarithms of counts.

    Equations (8) and (9) of Pennington, Socher and Manning, "GloVe: Global Vectors for Word
    Representation" (2014), https://doi.org/10.3115/v1/D14-1162:
    Σ min(1, (X / x_max)^α) (w_i·w̃_j + b_i + b̃_j - ln X_ij)².

    Args:
        W: one vector w_i for each word.
        W_context: one vector w̃_j for each word as a context.
        b: one number for each word.
        b_context: one number for each word as a context.
        X: counts, not below 0; row i is the word, column j the context. The counts may be fractions.
        x_max: above 0; the count from which on a pair has the weight 1.
        alpha: above 0.

    Returns:
        One number; the sum runs over the pairs that were seen, those with a count above 0. Gradients
        flow to both tables and both biases; a pair that was not seen adds none.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(glove_loss)

# %% tags=["active-ipynb"]
# @@glove

# %% [markdown]
r"""
## Words are made of pieces: fastText

All of this has nothing to say about a word that it has not read. But you do: you can guess what
"multiclassing" might be. *fastText* (Bojanowski et al., 2017) gives vectors to pieces of words, and a
word is the mean of its pieces. The pieces of "where", with brackets for the two ends, and of three
characters, are

    <wh  whe  her  ere  re>

and `<where>` itself belongs to them. The brackets tell the piece "her" from the word `<her>`.
There are too many different pieces to have a row each. So each has the row whose number is a *hash* of
its characters, modulo the number of rows (*buckets*); some pieces share one.
"""


# %%
def fasttext_vector(
    word: str,
    nmin: int,
    nmax: int,
    table: Float[np.ndarray, "buckets width"],
    hash_fn: Callable[[str], int],
) -> Float[np.ndarray, " width"]:
    """Make the vector of any word as the mean of the vectors of its pieces.

    Section 3.2 of Bojanowski et al., "Enriching Word Vectors with Subword Information" (2017),
    https://doi.org/10.1162/tacl_a_00051, with a mean in the place of a sum, as the authors' program
    has it. Any way of computing it will do.

    Args:
        word: its pieces are all pieces of nmin to nmax characters of <word>, with its brackets, and
            <word> itself, also where that is no longer than nmax; each different piece once.
            Characters, not bytes. The empty word is “<>”.
        nmin: at least 1.
        nmax: at least nmin; a piece may be as long as the word, or longer, and then there is none.
        table: one vector for each bucket.
        hash_fn: gives a whole number for a piece, which may be below 0. The piece's row is this number
            modulo the number of rows: the remainder, from 0 on. Two pieces may share a row; it
            then counts twice.

    Returns:
        [width].
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(fasttext_vector)

# %% [markdown]
r"""
@@fasttext-text
"""

# %% tags=["active-ipynb"]
# @@fasttext

# %% [markdown]
r"""
## Five ways, ten words

@@table-text
"""

# %% tags=["active-ipynb"]
# @@table

# %% [markdown]
r"""
@@table-answer
"""

# %% [markdown]
r"""
## Sums of words

@@analogy-text
"""


# %%
def analogy(
    E: Float[np.ndarray, "words width"], a: int, b: int, c: int, topk: int
) -> Int[np.ndarray, " found"]:
    """Answer “a is to b as c is to what?” by the words nearest to b - a + c.

    The method of Mikolov, Yih and Zweig, "Linguistic Regularities in Continuous Space Word
    Representations" (2013), https://aclanthology.org/N13-1090, later named 3CosAdd: the words with the
    largest cosine with v_b - v_a + v_c, with v the vectors scaled to length 1.

    Args:
        E: one vector for each word, of any length. A vector of 0 has the cosine 0 with all.
        a, b, c: the words of the question, as rows of E; a, b and c may be equal.
        topk: how many words to return, at least 1; all that are left if there are fewer.

    Returns:
        The nearest words, the nearest first, and the smaller number first where words are equally near.
        a, b and c themselves are never among them.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(analogy)

# %% tags=["active-ipynb"]
# @@analogy

# %% [markdown]
r"""
@@analogy-answer

## Agreeing with people

Are vectors right about similarity? The usual answer: people rate pairs of words, and one computes how
well the vectors' cosines agree. A cosine of 0.4 and a rating of 7 cannot be compared. The *order* of the
pairs can: replace both by their ranks, and correlate these (*Spearman's* rank correlation).
"""


# %%
def word_sim(
    E: Float[np.ndarray, "words width"], pairs: Int[np.ndarray, "pairs 2"], human: Float[np.ndarray, " pairs"]
) -> float:
    """Say how well the similarity of vectors agrees with people's ratings.

    The correlation of the ranks, Spearman's, as in the evaluation of section 4.2 of Pennington, Socher
    and Manning, "GloVe" (2014), https://doi.org/10.3115/v1/D14-1162. Any library function may be called.

    Args:
        E: one vector for each word, none of them 0; words are compared by the cosine.
        pairs: words, as rows of E; at least two pairs, not all equally similar.
        human: what people say of each pair; larger is more similar; not all equal.

    Returns:
        From -1 to 1. Equal values share the mean of their ranks.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(word_sim)

# %% tags=["active-ipynb"]
# @@wordsim

# %% [markdown]
r"""
## From words to sentences

The cheapest vector of a sentence is the mean of its words' vectors. It is the first layer of the *deep
averaging network*. Sentences of a batch differ in length; they are filled up, and a *mask* says
where words stand.
"""


# %%
def dan(
    ids: Int[tf.Tensor, "batch length"],
    mask: Bool[tf.Tensor, "batch length"],
    E: Float[tf.Tensor, "words width"],
) -> Float[tf.Tensor, "batch width"]:
    """Average the vectors of each sentence's words.

    The first layer of the deep averaging network of Iyyer et al., "Deep Unordered Composition Rivals
    Syntactic Methods for Text Classification" (2015), https://doi.org/10.3115/v1/P15-1162: the mean
    of the vectors of a sentence's words.

    Args:
        ids: the words, as rows of E.
        mask: True where there is a word, wherever it stands. Where it is False, the id says nothing; it
            may be -1 or any other number. T = 1, one place, is possible.
        E: one vector for each word.

    Returns:
        [batch, width], in the dtype of E. A sentence without words is 0. Gradients flow to E.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(dan)

# %% [markdown]
r"""
To compare two sentences one often takes the angle between them and not its cosine: near an angle of 0 the
cosine hardly changes, so that it does not tell very similar sentences apart. Cer et al. (2018) use
$1-\arccos(\cos(u,v))/\pi$, which falls evenly from 1 to 0 while the angle grows from 0° to 180°.
"""


# %%
def angular_similarity(
    u: Float[tf.Tensor, "*batch width"], v: Float[tf.Tensor, "*batch width"]
) -> Float[tf.Tensor, "*batch"]:
    """Compare vectors by the angle between them.

    Section 5 of Cer et al., "Universal Sentence Encoder" (2018), https://arxiv.org/abs/1803.11175,
    scaled to run from 0 to 1: 1 - arccos(cos(u, v)) / π.

    Args:
        u, v: vectors of any length, in float64. A vector of 0 has the cosine 0 with all.

    Returns:
        [*batch], from 0 to 1. Equal vectors have the similarity 1, opposite ones 0, and never NaN.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(angular_similarity)

# %% tags=["active-ipynb"]
# @@sentences

# %% [markdown]
r"""
## One word, two meanings

@@elmo-text
"""


# %%
def elmo_mix(
    layers: Float[tf.Tensor, "layers batch length width"],
    s: Float[tf.Tensor, " layers"],
    g: Float[tf.Tensor, ""],
) -> Float[tf.Tensor, "batch length width"]:
    """Mix the layers of a network that reads a sentence to one vector for each word.

    Equation (1) of Peters et al., "Deep Contextualized Word Representations" (2018),
    https://arxiv.org/abs/1802.05365: g Σ_l softmax(s)_l h_l, where h_l is layer l.

    Args:
        layers: the vectors of each layer; there may be one layer.
        s: one number for each layer; s of ±1e4 does no harm.
        g: one number, of either sign.

    Returns:
        [batch, length, width]. Gradients flow to layers, s and g.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(elmo_mix)

# %% tags=["active-ipynb"]
# @@elmo

# %% [markdown]
r"""
@@elmo-answer

**Explore.** @@explore

## What you have learnt

- A word's company is a row of counts; weighted by how far it is from chance and compressed, it is a
  vector whose neighbours mean something similar.
- Skip-gram factors a shifted PMI without ever writing down the table; GloVe fits the logarithms of the
  counts. What they know is what the counts know.
- Pieces of words give vectors to words that were never read; similar spelling then counts as well.
- "Paris - France + Germany" is near to Germany first of all. That analogies come out right depends
  on excluding the words of the question.
- One vector for each word cannot say which meaning was meant; the words around it can.

Read on: Jurafsky and Martin, "Speech and Language Processing", https://web.stanford.edu/~jurafsky/slp3;
Levy and Goldberg, "Neural Word Embedding as Implicit Matrix Factorization" (2014),
https://papers.nips.cc/paper/5477-neural-word-embedding-as-implicit-matrix-factorization; Linzen,
"Issues in evaluating semantic spaces using word analogies" (2016), https://arxiv.org/abs/1606.07736;
Bolukbasi et al., "Man is to Computer Programmer as Woman is to Homemaker?" (2016),
https://arxiv.org/abs/1607.06520.
"""

# %% [markdown]
r"""
## In your own words

@@closing
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
