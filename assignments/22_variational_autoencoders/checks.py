"""How the answers on variational autoencoders are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    WrongStructure,
    describe,
    gradients,
    named,
    number,
    or_refused,
    put_weights,
    variables,
    with_gradients,
)
from grader.exercise import exercise

HOURS = 6


@exercise(
    points=5,
    hint="If the variance is e^logvar, by which number is standard normal noise multiplied to have it?",
    tolerance=5e-5,
)
def reparameterise(answer, mu, logvar, eps, cotangent=None):
    found = {"codes": answer.reparameterise(mu, logvar, eps)}
    if cotangent is None:
        return found
    sources = {"mu": mu, "logvar": logvar}
    return found | gradients(lambda mu, logvar: answer.reparameterise(mu, logvar, eps), sources, cotangent)


def gaussians(rng, batch, Z, *samples, low=-4.0, high=3.0):
    """Draw means, logarithms of variances from `low` to `high`, and noise with `samples` axes in front."""
    return {
        "mu": rng.normal(size=(batch, Z)),
        "logvar": rng.uniform(low, high, size=(batch, Z)),
        "eps": rng.normal(size=(*samples, batch, Z)),
    }


def without_variance(rng, inputs, rows):
    """Set a coordinate, drawn, of each of these rows to a variance of 0."""
    for row in rows:
        inputs["logvar"][row, rng.integers(inputs["logvar"].shape[1])] = -np.inf
    return inputs


@reparameterise.cases
def _(rng):
    # clause: "Turn standard normal noise into codes", "eps: the noise", "the logarithms of the variances
    # σ²", "the means"
    yield "five rows of three numbers", gaussians(rng, 5, 3)
    yield "as many rows as numbers, far from 0", gaussians(rng, 4, 4) | {"mu": 40 * rng.normal(size=(4, 4))}
    yield "a batch of 1, and a code of one number", gaussians(rng, 1, 1)
    # clause: "If it has more axes in front, there are as many codes for each row of mu", "The codes, one
    # for each row of noise; nothing else is drawn"
    yield "seven codes for each row", gaussians(rng, 3, 2, 7)
    yield "codes with two axes in front", gaussians(rng, 2, 5, 3, 4)
    # clause: "A variance of 0, which is a logvar of −∞, gives the mean itself"
    yield "some variances of 0", without_variance(rng, gaussians(rng, 4, 3, 2), [0, 2])
    # clause: "up to 150"
    yield "variances as large as e¹⁵⁰", gaussians(rng, 3, 4, low=140.0, high=150.0)
    inputs = gaussians(rng, 3, 4, low=-46.0, high=-44.0)
    yield "tiny variances, and noise so large that they are seen", inputs | {"eps": 1e10 * inputs["eps"]}
    # clause: "Gradients flow to mu and logvar"
    inputs = gaussians(rng, 4, 3, 5)
    yield "the gradients", inputs | {"cotangent": rng.normal(size=(5, 4, 3))}
    # clause: "the gradient with respect to logvar is 0 there"
    inputs = without_variance(rng, gaussians(rng, 3, 2), [1, 2])
    yield "the gradients with some variances of 0", inputs | {"cotangent": rng.normal(size=(3, 2))}


@exercise(
    points=10,
    hint="What is the derivative of log p(z) with respect to μ, and does it contain any derivative of f?",
    dtype="float64",
    tolerance=1e-7,
)
def gradient_estimators(answer, calls):
    import tensorflow as tf

    found = {}
    for place, (mu, sigma, eps, coefficients, jump) in enumerate(calls):

        def f(z, coefficients=coefficients, jump=jump):
            value = jump * tf.cast(z > 0.3, tf.float64)
            for power, coefficient in enumerate(coefficients):
                value += float(coefficient) * tf.cast(z, tf.float64) ** power
            return value

        parts = or_refused(not sigma > 0, lambda: answer.gradient_estimators(f, mu, sigma, eps))
        if not sigma > 0:
            if not isinstance(parts, float):
                raise WrongStructure(
                    f"expected a ValueError where `sigma` is not larger than 0, got {describe(parts)}"
                )
            found[f"call {place}"] = parts
            continue
        parts = named(parts, "pathwise", "score").items()
        found |= {f"{name} of call {place}": value for name, value in parts}
    return found


def estimate(rng, K, mu, sigma, *coefficients, jump=0.0):
    """Draw the noise of one call; `coefficients` are those of a polynomial, to which a step is added."""
    return [float(mu), float(sigma), rng.normal(size=K), list(map(float, coefficients)), float(jump)]


@gradient_estimators.cases
def _(rng):
    # clause: "Estimate the slope of E[f(z)] with respect to μ twice, from each of K samples", "not
    # averaged", "the standard deviation σ, larger than 0", "mu: the mean μ"
    yield "a square", {"calls": [estimate(rng, 6, rng.normal(), rng.uniform(1.5, 3), 0, 0, 1)]}
    # clause: "maps numbers to as many numbers, each by itself"
    yield (
        "a polynomial of the third degree, σ below 1",
        {"calls": [estimate(rng, 5, rng.normal(), rng.uniform(0.2, 0.7), *rng.normal(size=4))]},
    )
    # clause: "the K draws of ε, one or more"
    yield (
        "a single sample",
        {"calls": [estimate(rng, 1, rng.normal(), rng.uniform(0.3, 0.8), *rng.normal(size=3))]},
    )
    yield (
        "σ of 0.001, and σ of 200",
        {
            "calls": [
                estimate(rng, 4, rng.normal(), 0.001, *rng.normal(size=4)),
                estimate(rng, 3, 30 * rng.normal(), 200, *rng.normal(size=4)),
            ]
        },
    )
    # clause: "Where no gradient flows through f, as through a comparison, the pathwise estimate is 0"
    yield (
        "a function with a step, and a step alone",
        {
            "calls": [
                estimate(rng, 12, 0.3, rng.uniform(0.3, 0.8), *rng.normal(size=3), jump=rng.uniform(2, 5)),
                estimate(rng, 12, 0.3, rng.uniform(1.2, 2), jump=rng.uniform(2, 5)),
            ]
        },
    )
    # clause: "`sigma` is not larger than 0"
    calls = [
        estimate(rng, 3, rng.normal(), sigma, *rng.normal(size=3)) for sigma in (0, -0.5, -1e-6, 1e-3, 0.6)
    ]
    yield (
        "a σ of 0 and some below 0, which are refused, and others",
        {"calls": [calls[place] for place in rng.permutation(len(calls))]},
    )


@exercise(
    points=10,
    hint="What is the mean of z² under q, and what of (z − μ)² / σ²?",
)
def kl_standard_normal(answer, mu, logvar, cotangent=None):
    found = {"divergence": answer.kl_standard_normal(mu, logvar)}
    if cotangent is None:
        return found
    return found | gradients(answer.kl_standard_normal, {"mu": mu, "logvar": logvar}, cotangent)


def one_gaussian(rng, batch, Z, **limits):
    """Draw means and logarithms of variances."""
    inputs = gaussians(rng, batch, Z, **limits)
    del inputs["eps"]
    return inputs


@kl_standard_normal.cases
def _(rng):
    # clause: "The divergence of each row, summed over its coordinates", "Return the divergence KL(q ‖ p)",
    # "mu: the means"
    yield "five rows of three numbers", one_gaussian(rng, 5, 3)
    yield "as many rows as numbers", one_gaussian(rng, 4, 4)
    yield "a batch of 1, and a code of one number", one_gaussian(rng, 1, 1)
    yield "variances from e⁻²⁰ to e⁵", one_gaussian(rng, 7, 2, low=-20.0, high=5.0)
    # clause: "It is 0 only for q = p"
    inputs = one_gaussian(rng, 6, 5, low=-0.5, high=0.5)
    inputs["mu"] *= 0.3
    prior, centred, narrow = rng.permutation(6)[:3]
    inputs["mu"][[prior, centred]], inputs["logvar"][[prior, narrow]] = 0.0, 0.0
    yield "rows near the prior, and the prior itself", inputs
    # clause: "it is ∞ for a row in which a variance is 0, which is a logvar of −∞"
    yield (
        "some rows with a variance of 0",
        without_variance(rng, one_gaussian(rng, 6, 3), rng.permutation(6)[:2]),
    )
    # clause: "the logarithms of the variances σ², up to 80"
    yield "variances as large as e⁸⁰", one_gaussian(rng, 3, 2, low=70.0, high=80.0)
    yield "variances as small as e⁻²⁰⁰", one_gaussian(rng, 3, 2, low=-200.0, high=-100.0)
    yield (
        "means far from 0",
        {
            "mu": 1000 * rng.choice([-1, 1], size=(4, 3)) * rng.uniform(1, 3, size=(4, 3)),
            "logvar": rng.uniform(-1, 1, size=(4, 3)),  # far too small to show
        },
    )
    # clause: "Gradients flow to both arguments"
    yield "the gradients", one_gaussian(rng, 4, 3) | {"cotangent": rng.normal(size=4)}


@exercise(
    points=15,
    hint="Of which of the two terms is a mean over the codes taken, and of which over the rows of the batch?",
    tolerance=5e-4,
)
def elbo(answer, x, eps, weights, limit=None, cotangent=None):
    import tensorflow as tf

    w = {name: tf.convert_to_tensor(value) for name, value in weights.items()}

    def encoder(x):
        logvar = tf.tensordot(x, w["spread"], 1) + w["q"]
        if limit is not None:
            logvar = tf.where(x[:, :1] > limit, -np.inf, logvar)
        return tf.tensordot(x, w["A"], 1) + w["a"], logvar

    def decoder(z):
        mean = tf.tensordot(z, w["W"], 1) + tf.tanh(tf.tensordot(z, w["bent"], 1)) + w["b"]
        return mean, tf.sin(tf.tensordot(z, w["noise"], 1)) + w["p"]

    def call():
        return answer.elbo(x, encoder, decoder, eps)

    if cotangent is None:
        return {"bound": call()}
    # The tensors that `gradients` watches are those that `call` uses.
    return {"bound": call()} | gradients(lambda **_: call(), {"x": x} | w, cotangent)


def autoencoder(rng, batch, D, Z, K, **given):
    """Draw data, noise, an encoder and a decoder; parts that are `given` are put in their places."""
    weights = {
        "A": rng.normal(size=(D, Z)) / D**0.5,
        "a": rng.normal(size=Z),
        "spread": rng.normal(size=(D, Z)) / D**0.5,
        "q": rng.uniform(-2, 1, size=Z),
        "W": rng.normal(size=(Z, D)),
        "bent": rng.normal(size=(Z, D)),
        "b": rng.normal(size=D),
        "noise": rng.normal(size=(Z, D)),
        "p": rng.uniform(-2, 1, size=D),
    }
    inputs = {"x": 2 * rng.normal(size=(batch, D)), "eps": rng.normal(size=(K, batch, Z))}
    return inputs | {"weights": weights | given}


def bounds(inputs, power=0.5):
    """Return the parts of each row's bound, [5, batch].

    They are the squares, the constant, the decoder's logarithms, minus the divergence, and, which is no part
    of it, what an estimate of the divergence by the codes would add. σ to the power of 2 `power` scales the
    noise.
    """
    x, w = inputs["x"], inputs["weights"]
    mu, logvar = x @ w["A"] + w["a"], x @ w["spread"] + w["q"]
    z = mu + np.exp(power * logvar) * inputs["eps"]
    mean, spread = z @ w["W"] + np.tanh(z @ w["bent"]) + w["b"], np.sin(z @ w["noise"]) + w["p"]
    divergence = np.sum(np.exp(logvar) + mu**2 - 1 - logvar, axis=-1)
    estimate = np.sum(z**2 - inputs["eps"] ** 2 - logvar, axis=-1).mean(axis=0)
    squares, logarithms = (
        np.sum(one, axis=-1).mean(axis=0) for one in ((x - mean) ** 2 * np.exp(-spread), spread)
    )
    constant = np.full(len(x), x.shape[1] * np.log(2 * np.pi))
    return -np.array([squares, constant, logarithms, divergence, estimate - divergence]) / 2


def telling(rng, *sizes, **given):
    """Draw an autoencoder in which each part changes the bound of half of the rows clearly.

    So do an estimate in the place of the divergence, and σ² in the place of σ.
    """
    while True:
        inputs = autoencoder(rng, *sizes, **given)
        parts = bounds(inputs)
        bound = parts[:4].sum(axis=0)
        wider = bounds(inputs, power=1)[0] - parts[0]
        if np.median(np.abs([*parts, wider]), axis=1).min() > 0.004 * np.abs(bound).max():
            return inputs


def linear_model(rng, batch, D, Z, exact):
    """Draw a linear-Gaussian model with orthogonal columns; the encoder is its posterior, or near it.

    The noise is the sigma points' ±√Z e_i, so that the bound is exact, too.
    """
    columns = np.linalg.qr(rng.normal(size=(D, Z)))[0] * rng.uniform(0.5, 2, size=Z)
    noise = float(rng.uniform(0.3, 0.8))
    b, variances = rng.normal(size=D), 1 / (1 + np.sum(columns**2, axis=0) / noise)
    A = columns * variances / noise
    points = np.sqrt(Z) * np.concatenate([np.eye(Z), -np.eye(Z)])
    off = 0.0 if exact else rng.uniform(0.2, 0.6, size=Z)
    inputs = autoencoder(
        rng,
        batch,
        D,
        Z,
        2 * Z,
        A=A,
        a=off - b @ A,
        spread=np.zeros((D, Z)),
        q=np.log(variances) + off,
        W=columns.T,
        b=b,
        bent=np.zeros((Z, D)),
        noise=np.zeros((Z, D)),
        p=np.full(D, np.log(noise)),
    )
    inputs["eps"] = np.repeat(points[:, None], batch, axis=1)
    return inputs


@elbo.cases
def _(rng):
    # clause: "normalising constants included", "minus KL(q(z|x) ‖ N(0, I)) in closed form"
    yield "a linear model whose encoder is the posterior", linear_model(rng, 3, 5, 2, exact=True)
    yield "a linear model whose encoder is near the posterior", linear_model(rng, 4, 6, 3, exact=False)
    # clause: "the mean of log p(x|z) over K codes", "K being one or more", "Estimate the evidence lower
    # bound of each row", "x: the data", "maps x to the mean μ and the logarithm of the variance σ² of
    # q(z|x)", "nothing else is drawn"
    yield "one code for each row", telling(rng, 5, 4, 2, 1)
    yield "seven codes for each row", telling(rng, 3, 4, 5, 7)
    yield "a single row, one code of one number", telling(rng, 1, 3, 1, 1)
    # clause: "the noise of K codes for each row"
    yield "as many codes as rows, pixels and numbers", telling(rng, 3, 3, 3, 3)
    # clause: "with any axes in front, to the mean and the logarithm of the variance of p(x|z)"
    yield "a decoder with small variances", telling(rng, 4, 3, 2, 5, p=rng.uniform(-2, -1.5, size=3))
    yield "a decoder with tiny variances", autoencoder(rng, 4, 3, 2, 5, p=rng.uniform(-18, -16, size=3))
    yield "a decoder with large variances", autoencoder(rng, 4, 3, 2, 5, p=rng.uniform(6, 9, size=3))
    # clause: "−∞ for a row in which a σ² is 0, a logarithm of −∞"
    inputs = telling(rng, 6, 4, 3, 2)
    first = np.sort(inputs["x"][:, 0])
    yield "some rows with a variance of 0", inputs | {"limit": float(first[3:5].mean())}
    # clause: "Gradients flow to all that encoder and decoder are made of"
    yield "the gradients", telling(rng, 4, 3, 2, 5) | {"cotangent": rng.normal(size=4)}
    yield "the gradients with one code", telling(rng, 2, 5, 3, 1) | {"cotangent": rng.normal(size=2)}


@exercise(
    points=10,
    hint="Which number can be subtracted from the k logarithms of a row, and added again at the end, so that "
    "no exponential overflows?",
)
def iwae_bound(answer, log_w, cotangent=None):
    found = {"bound": answer.iwae_bound(log_w)}
    return found if cotangent is None else found | gradients(answer.iwae_bound, {"log_w": log_w}, cotangent)


def one_ahead(draw):
    """Draw weights until the largest of each row is more than e²⁰ times as large as the second."""
    while True:
        log_w = draw()
        if np.diff(np.sort(log_w, axis=0)[-2:], axis=0).min() > 20:
            return log_w


@iwae_bound.cases
def _(rng):
    # clause: "the logarithm of its k weights' mean", "The bound of each row"
    yield "seven weights for each of three rows", {"log_w": 2 * rng.normal(size=(7, 3))}
    yield "as many weights as rows", {"log_w": rng.normal(size=(4, 4))}
    yield "a single row", {"log_w": 3 * rng.normal(size=(5, 1))}
    # clause: "k being one or more"
    yield "one weight for each row", {"log_w": 3 * rng.normal(size=(1, 5))}
    # clause: "as large as ±10,000"
    yield "weights of images", {"log_w": rng.normal(size=(6, 4)) - 1000}
    level = np.array([-10_000, 10_000, 9000, -9000])[rng.permutation(4)]
    yield (
        "weights as large as e¹⁰⁰⁰⁰ and as small as e⁻¹⁰⁰⁰⁰",
        {"log_w": one_ahead(lambda: level + 200 * rng.normal(size=(5, 4)))},
    )
    log_w = one_ahead(lambda: rng.uniform(-10_000, 10_000, size=(5, 3)))
    yield "large and small weights in one row", {"log_w": log_w}
    # clause: "−∞ for a weight of 0", "−∞ if all of its weights are 0"
    log_w = rng.normal(size=(5, 6))
    one, some, all_of_them = rng.permutation(6)[:3]
    log_w[rng.integers(5), one], log_w[rng.permutation(5)[:4], some] = -np.inf, -np.inf
    log_w[:, all_of_them] = -np.inf
    yield "some weights of 0, and a row of them", {"log_w": log_w}
    # clause: "Gradients flow to log_w"
    yield "the gradients", {"log_w": rng.normal(size=(5, 4)) - 1000, "cotangent": rng.normal(size=4)}
    yield (
        "the gradients of one weight for each row",
        {
            "log_w": rng.normal(size=(1, 3)),
            "cotangent": rng.normal(size=3),
        },
    )


@exercise(
    points=10,
    hint="What is the logarithm of 1 − sigmoid(l), written with the softplus of l?",
    tolerance=3e-5,
)
def bernoulli_log_lik(answer, x, logits, cotangent=None):
    found = {"log-likelihood": answer.bernoulli_log_lik(x, logits)}
    if cotangent is None:
        return found
    sources = {"logits": logits}
    return found | gradients(lambda logits: answer.bernoulli_log_lik(x, logits), sources, cotangent)


def binary(rng, batch, D):
    """Draw pixels of 0 and 1, not all the same."""
    x = rng.integers(0, 2, size=(batch, D)).astype(float)
    x.flat[rng.integers(x.size)] = 1.0
    return x


@bernoulli_log_lik.cases
def _(rng):
    # clause: "Return log p(x|z) of each row under a Bernoulli decoder, in nats", "the pixels, 0 or 1",
    # "summed over the D pixels"
    yield "black and white pixels", {"x": binary(rng, 4, 6), "logits": 2 * rng.normal(size=(4, 6))}
    # clause: "or a target between the two, for which the same formula is used"
    yield "grey pixels", {"x": rng.random(size=(5, 3)), "logits": 2 * rng.normal(size=(5, 3))}
    yield "one grey pixel", {"x": rng.uniform(0.2, 0.8, size=(1, 1)), "logits": rng.normal(size=(1, 1))}
    yield "as many rows as pixels", {"x": rng.random(size=(4, 4)), "logits": 3 * rng.normal(size=(4, 4))}
    # clause: "If they have more axes in front, there are as many decoded images for each row of x"
    yield (
        "seven decoded images for each row",
        {
            "x": rng.random(size=(3, 5)),
            "logits": 2 * rng.normal(size=(7, 3, 5)),
        },
    )
    # clause: "as large as ±10,000", "always finite"
    for name, size in (("50", 50), ("10,000", 10_000)):
        signs = rng.choice([-1, 1], size=(4, 5))
        signs[:, :2] = 1, -1
        x = np.where(rng.random((4, 5)) < 0.4, rng.random((4, 5)), binary(rng, 4, 5))
        x[:, 0], x[:, 1] = rng.uniform(0.2, 0.7, size=(2, 4))
        yield f"logits of ±{name}", {"x": x, "logits": size * signs * rng.uniform(0.9, 1, size=(4, 5))}
    signs = rng.choice([-1, 1], size=(3, 4))
    yield (
        "sure and right, so that little is lost",
        {
            "x": (signs > 0).astype(float),
            "logits": signs * rng.uniform(1.5, 3, size=(3, 4)),
        },
    )
    # clause: "Gradients flow to logits"
    yield (
        "the gradients",
        {
            "x": rng.random(size=(4, 3)),
            "logits": 2 * rng.normal(size=(2, 4, 3)),
            "cotangent": rng.normal(size=(2, 4)),
        },
    )
    signs = rng.choice([-1, 1], size=(3, 4))
    yield (
        "the gradients of large logits",
        {
            "x": rng.random(size=(3, 4)),
            "logits": 10_000.0 * signs,
            "cotangent": rng.normal(size=3),
        },
    )


@exercise(
    points=5,
    hint="With a capacity of 5 nats, what should the loss be where the divergence is 4, and where it is 6?",
)
def beta_vae(answer, calls, cotangent=None):
    found = {}
    for place, (rec, kl, options) in enumerate(calls):
        refused = min(options.values()) < 0

        def call(rec=rec, kl=kl, options=options):
            return answer.beta_vae(rec, kl, **options)

        found[f"loss {place}"] = number(or_refused(refused, call), "one number, the batch's loss")
        if cotangent is not None:
            parts = gradients(call, {"rec": rec, "kl": kl}, cotangent)
            found |= {f"{name} {place}": value for name, value in parts.items()}
    return found


def losses(rng, batch, **options):
    """Draw the terms of a batch."""
    return [rng.uniform(10, 30, size=batch), rng.uniform(2, 12, size=batch), options]


@beta_vae.cases
def _(rng):
    # clause: "One number: the mean of rec, plus beta times the mean of kl", "Return the loss of a batch:
    # the reconstruction plus the weighted KL divergence", "rec: minus the log-likelihood of each row", "kl:
    # the KL divergence of each row", "None for a plain β-VAE"
    yield "a weight of 1, and one of 0", {"calls": [losses(rng, 5, beta=1.0), losses(rng, 3, beta=0.0)]}
    yield (
        "a weight of 4, and another one",
        {"calls": [losses(rng, 4, beta=4.0), losses(rng, 7, beta=float(rng.uniform(0.1, 0.9)))]},
    )
    # clause: "the absolute difference of the mean of kl from capacity", "with a capacity it is what the
    # paper calls γ"
    yield (
        "a capacity below all divergences, and one above",
        {
            "calls": [
                losses(rng, 4, beta=float(rng.uniform(2, 9)), capacity=float(rng.uniform(0.2, 1.5))),
                losses(rng, 5, beta=float(rng.uniform(0.3, 0.9)), capacity=float(rng.uniform(13, 20))),
            ]
        },
    )
    # clause: "what the batch's mean KL divergence should be"
    calls = []
    for side in (-1, 1):
        rec, kl, _ = losses(rng, 6)
        kl[:2] = 2.0, 12.0
        options = {
            "beta": float(rng.uniform(2, 9)),
            "capacity": float(kl.mean() + side * rng.uniform(0.2, 0.8)),
        }
        calls.append([rec, kl, options])
    yield "a capacity between the divergences", {"calls": calls}
    yield (
        "a batch of 1, and a capacity of 0",
        {
            "calls": [
                losses(rng, 1, beta=2.5),
                losses(rng, 1, beta=2.5, capacity=float(rng.uniform(20, 30))),
                losses(rng, 3, beta=1.5, capacity=0.0),
            ]
        },
    )
    # clause: "`beta` or `capacity` is less than 0", "beta: the weight, 0 or more"
    calls = [
        losses(rng, 3, beta=-0.5),
        losses(rng, 3, beta=2.0, capacity=-1.0),
        losses(rng, 3, beta=-1e-6, capacity=2.0),
        losses(rng, 3, beta=1.5, capacity=-1e-6),
        losses(rng, 3, beta=3.0, capacity=2.0),
        losses(rng, 3, beta=0.0, capacity=0.0),
    ]
    yield (
        "a weight and a capacity below 0, which are refused, and others",
        {"calls": [calls[place] for place in rng.permutation(6)]},
    )
    # clause: "Gradients flow to rec and kl"
    yield (
        "the gradients",
        {
            "calls": [
                losses(rng, 4, beta=3.0),
                losses(rng, 4, beta=5.0, capacity=float(rng.uniform(13, 20))),
                losses(rng, 4, beta=5.0, capacity=float(rng.uniform(0.2, 1.5))),
            ],
            "cotangent": float(rng.uniform(0.5, 2)),
        },
    )


LAYERS = ("encoder_hidden", "posterior", "decoder_hidden", "pixels")


@exercise(
    points=15,
    hint="For 64 pixels and a KL divergence of 10 nats, what is the reconstruction to be compared with: "
    "what one pixel costs, or what all pixels cost?",
    tolerance=5e-5,
)
def VAE(answer, sizes, weights, x, z, options=None, batches=None, rate=0.01, cotangent=None):
    import keras

    model = answer.VAE(*sizes, **(options or {}))
    model.decode(named(model.encode(x), "mu", "logvar")["mu"])
    put_weights(model, weights)
    if cotangent is not None:
        reached = variables(model, weights)
        found = {}
        for name, place in (("mu", 0), ("logvar", 1)):
            sources = {"x": x} | {path: one for path, one in reached.items() if path.startswith(LAYERS[:2])}
            parts = with_gradients(lambda: named(model.encode(x), "mu", "logvar")[name], sources, cotangent)
            found |= {f"{part} of {name}": value for part, value in parts.items()}
        sources = {"z": z} | {path: one for path, one in reached.items() if path.startswith(LAYERS[2:])}
        return found | with_gradients(lambda: model.decode(z), sources)
    if batches is None:
        return named(model.encode(x), "mu", "logvar") | {"logits": model.decode(z)}
    found = {}
    model.compile(optimizer=keras.optimizers.SGD(rate, momentum=0.5))
    for place, (images, eps) in enumerate(batches):
        told = model.train_step((images, eps))
        if not isinstance(told, dict) or set(told) != {"rec", "kl", "loss"}:
            raise WrongStructure(f"expected a dictionary with rec, kl and loss, got {describe(told)}")
        found |= {f"{name} of step {place}": number(value) for name, value in sorted(told.items())}
    return found | {f"{path} afterwards": one.value for path, one in variables(model, weights).items()}


def network(rng, batch, x_dim, z_dim, hidden, *samples):
    """Draw the weights of a variational autoencoder, images, and codes with `samples` axes in front."""
    shapes = [(x_dim, hidden), (hidden, 2 * z_dim), (z_dim, hidden), (hidden, x_dim)]
    weights = {}
    for name, shape in zip(LAYERS, shapes):
        weights[f"{name}.kernel"] = 1.2 * rng.normal(size=shape) / shape[0] ** 0.5
        weights[f"{name}.bias"] = 0.5 * rng.normal(size=shape[1])
    return {
        "sizes": [x_dim, z_dim, hidden],
        "weights": weights,
        "x": rng.random((batch, x_dim)),
        "z": rng.normal(size=(*samples, batch, z_dim)),
    }


def half_silent(rng, *sizes):
    """Draw a network in each hidden layer of which some unit is on and some is off, for one image."""
    while True:
        inputs = network(rng, *sizes)
        w = inputs["weights"]
        reads = [
            inputs[given] @ w[f"{layer}.kernel"] + w[f"{layer}.bias"]
            for given, layer in (("x", "encoder_hidden"), ("z", "decoder_hidden"))
        ]
        if all(one.min() < -0.2 and one.max() > 0.2 for one in reads):
            return inputs


def training(rng, *sizes, steps=2, **options):
    """Draw a network, and batches of binary images with their noise."""
    inputs = network(rng, *sizes)
    batch, x_dim, z_dim = sizes[:3]
    batches = [[binary(rng, batch, x_dim), rng.normal(size=(batch, z_dim))] for _ in range(steps)]
    return inputs | {"batches": batches, "options": options}


def own_capacity(rng, *sizes, above):
    """Draw a training step whose capacity is on one side of the mean divergence, between those of rows."""
    while True:
        inputs = training(rng, *sizes, steps=1)
        x, w = inputs["batches"][0][0], inputs["weights"]
        hidden = np.maximum(x @ w["encoder_hidden.kernel"] + w["encoder_hidden.bias"], 0)
        mu, logvar = np.split(hidden @ w["posterior.kernel"] + w["posterior.bias"], 2, axis=1)
        kl = 0.5 * np.sum(np.exp(logvar) + mu**2 - 1 - logvar, axis=1)
        capacity = float(kl.mean() + (0.3 if above else -0.3) * kl.std())
        if kl.min() < capacity < kl.max() and 0.5 < kl.std() and kl.mean() < 8:
            return inputs | {"options": {"beta": float(rng.uniform(2, 5)), "capacity": capacity}}


@VAE.cases
def _(rng):
    # clause: "first the z_dim means, then the logarithms of the variances", "Return the means and the
    # logarithms of the variances of q(z|x)", "Return the pixels' logits", "with rectified linear units",
    # "Encode binary images as distributions of codes, and decode codes", "Make the four layers",
    # "encoder_hidden: keras.layers.Dense(hidden, activation=relu)", "decoder_hidden:
    # keras.layers.Dense(hidden, activation=relu)", "pixels: keras.layers.Dense(x_dim): logits", "x_dim: how
    # many pixels an image has", "z_dim: how many numbers a code has", "hidden: how many units the two
    # hidden layers have"
    yield "codes and logits", network(rng, 5, 7, 3, 6)
    inputs = network(rng, 6, 5, 2, 7, 3)
    inputs["weights"] |= {name: 9 * one for name, one in inputs["weights"].items() if "kernel" in name}
    yield "large codes and logits", inputs
    yield "one image, and codes of one number", half_silent(rng, 1, 3, 1, 2)
    # clause: "codes may have any axes in front"
    yield "five codes for each image", network(rng, 4, 4, 2, 5, 5)
    # clause: "Follow the loss' gradient for one step of self.optimizer, which compile has set", "What holds
    # before the step", "summed over the pixels", "its mean KL divergence from N(0, I)"
    yield "two steps of training", training(rng, 6, 9, 3, 5)
    yield "two steps with one image each", training(rng, 1, 5, 2, 4)
    yield "a step with as many images as pixels, numbers and units", training(rng, 4, 4, 4, 4, steps=1)
    # clause: "the images, 0 to 1, and the noise ε of one code for each; nothing else is drawn"
    inputs = training(rng, 5, 8, 2, 6)
    inputs["batches"] = [[rng.random((5, 8)), noise] for _, noise in inputs["batches"]]
    yield "two steps with grey images, and another rate", inputs | {"rate": 0.03}
    # clause: "beta: the weight of the KL divergence", "loss, what beta_vae makes of them"
    yield (
        "two steps with a weight of the KL divergence",
        training(rng, 4, 6, 2, 5, beta=float(rng.uniform(2, 6))),
    )
    yield "a step in which the KL divergence weighs 0", training(rng, 5, 6, 2, 4, steps=1, beta=0.0)
    # clause: "capacity: as beta_vae takes it"
    yield "a step with a capacity below the divergence", own_capacity(rng, 6, 7, 2, 4, above=False)
    yield "a step with a capacity above the divergence", own_capacity(rng, 6, 7, 2, 4, above=True)
    inputs = training(rng, 3, 6, 2, 4, steps=1, capacity=float(rng.uniform(20, 30)))
    yield "a step with a capacity and the weight left out", inputs
    inputs = network(rng, 4, 5, 3, 6)
    yield "the gradients of codes and logits", inputs | {"cotangent": rng.normal(size=(4, 3))}


@exercise(
    points=10,
    hint="With 2 free nats and divergences of 1 and 5 on two levels, what does the row pay?",
    tolerance=2e-5,
)
def hierarchical_kl(answer, calls, cotangent=None):
    found = {}
    for place, (q, p, options) in enumerate(calls):
        levels_q, levels_p = [tuple(level) for level in q], [tuple(level) for level in p]
        due = len(q) != len(p) or options.get("free_bits", 0.0) < 0

        def call(levels_q=levels_q, levels_p=levels_p, options=options):
            return answer.hierarchical_kl(levels_q, levels_p, **options)

        found[f"divergence {place}"] = or_refused(due, call)
        if cotangent is None:
            continue
        sources = {
            f"{name} of {which} {level}": value
            for which, levels in (("q", levels_q), ("p", levels_p))
            for level, pair in enumerate(levels)
            for name, value in zip(("mu", "logvar"), pair)
        }
        # The tensors that `gradients` watches are those that `call` uses.
        parts = gradients(lambda call=call, **_: call(), sources, cotangent)
        found |= {f"{name} of call {place}": value for name, value in parts.items()}
    return found


def levels(rng, batch, *widths, scale=1.0, **options):
    """Draw q and p of levels with these widths; `scale` is how far apart they are."""
    q, p = [], []
    for Z in widths:
        mu, logvar = rng.normal(size=(batch, Z)), rng.uniform(-2, 2, size=(batch, Z))
        p.append([mu, logvar])
        q.append(
            [mu + scale * rng.normal(size=(batch, Z)), logvar + scale * rng.uniform(-1, 1, size=(batch, Z))]
        )
    return [q, p, options]


def divergences(q, p):
    """The divergence of each level and row, [levels, batch]."""
    return np.array(
        [
            0.5 * np.sum(np.exp(b - d) + (a - c) ** 2 * np.exp(-d) - 1 - b + d, axis=1)
            for (a, b), (c, d) in zip(q, p)
        ]
    )


def half_free(rng, batch, *widths):
    """Draw levels, and free bits that some levels' divergences reach in some rows and others do not.

    Some row's sum over the levels is above them, so that a limit of that sum is seen.
    """
    while True:
        q, p, _ = levels(rng, batch, *widths)
        each = divergences(q, p)
        free = float(rng.uniform(1, 6))
        enough = each > free
        clear = np.abs(each - free).min() > 0.05
        mixed = (
            np.all(enough.any(axis=1) & ~enough.all(axis=1)) if batch > 1 else enough.any() != enough.all()
        )
        if mixed and clear and np.any(each.sum(axis=0) > free):
            return [q, p, {"free_bits": free}]


@hierarchical_kl.cases
def _(rng):
    # clause: "Sum the levels' divergences KL(q_l ‖ p_l) of each row", "q: for each level the means and the
    # logarithms of the variances", "p: the same of the prior", "The sum over levels of each row"
    yield "one level, and two levels", {"calls": [levels(rng, 4, 3), levels(rng, 5, 2, 4)]}
    q, p, _ = levels(rng, 5, 4)
    prior = [[np.zeros((5, 4)), np.zeros((5, 4))]]
    yield "the prior N(0, I)", {"calls": [[q, prior, {}]]}
    # clause: "levels may have different widths Z"
    yield "three levels, and a batch of 1", {"calls": [levels(rng, 3, 1, 5, 3), levels(rng, 1, 2, 1)]}
    # clause: "each of them at least free_bits", "the lower limit λ in nats, 0 or more, for a level's sum
    # over its Z coordinates", "here each row and level has it"
    yield (
        "free bits that some rows and levels reach",
        {"calls": [half_free(rng, 6, 2, 3), half_free(rng, 5, 4, 1, 2)]},
    )
    yield (
        "free bits that all reach, and that none reaches",
        {
            "calls": [
                levels(rng, 4, 3, 3, scale=5.0, free_bits=0.01),
                levels(rng, 4, 2, 2, free_bits=float(rng.uniform(800, 900))),
                levels(rng, 3, 2, 2, free_bits=0.0),
            ]
        },
    )
    while True:  # until each row's divergence of the other level is above the free bits
        q, p, _ = levels(rng, 4, 3, 2)
        q[1] = p[1]
        if divergences(q, p)[0].min() > 0.5:
            break
    yield (
        "a level whose q is the prior",
        {"calls": [[q, p, {}], [q, p, {"free_bits": float(rng.uniform(0.1, 0.4))}]]},
    )
    # clause: "Variances of q and p may be as small as e⁻¹⁰⁰ or as large as e¹⁰⁰ where they are near one
    # another"
    calls = []
    for level in (-100, 100):
        q, p, _ = levels(rng, 3, 2, 3)
        for (q_mu, q_logvar), (p_mu, p_logvar) in zip(q, p):
            q_logvar += level - np.sign(level) * 3
            p_logvar += level - np.sign(level) * 3
            p_mu *= 0
            q_mu[:] = np.exp(level / 2 - np.sign(level) * 1.5) * rng.normal(size=q_mu.shape) * (level < 0)
        calls.append([q, p, {}])
    yield "variances near e⁻¹⁰⁰ and near e¹⁰⁰", {"calls": calls}
    # clause: "It is ∞ for a row in which a variance of q is 0, a logarithm of −∞"
    q, p, _ = levels(rng, 6, 2, 3)
    for row in rng.permutation(6)[:2]:
        q[int(rng.integers(2))][1][row, rng.integers(2)] = -np.inf
    yield "some rows with a variance of 0", {"calls": [[q, p, {}], [q, p, {"free_bits": 1.5}]]}
    # clause: "q and p have different numbers of levels, or free_bits is less than 0"
    short, long_ = levels(rng, 3, 2, 2), levels(rng, 3, 2, 2, 2)
    calls = [
        [short[0], long_[1], {}],
        [long_[0], short[1], {"free_bits": 1.0}],
        levels(rng, 3, 2, free_bits=-0.5),
        levels(rng, 3, 2, 2, free_bits=float(rng.uniform(800, 900))),  # every level pays so much
        levels(rng, 3, 3),
    ]
    yield (
        "too many levels, and negative free bits, which are refused, and others",
        {"calls": [calls[place] for place in rng.permutation(5)]},
    )
    # clause: "Gradients flow to all means and variances of a level whose divergence is larger than
    # free_bits, and to none where it is smaller"
    yield (
        "the gradients",
        {
            "calls": [half_free(rng, 5, 2, 3), levels(rng, 5, 3, 1)],
            "cotangent": rng.normal(size=5),
        },
    )


@exercise(
    points=10,
    hint="If one bottom-up code is 1 and all other inputs are 0, which row of which matrix is the sum "
    "before the ReLU?",
    tolerance=2e-5,
)
def biva_topdown(answer, d, z_bu, z_td, weights, cotangents=None):
    def call():
        state, prior = named(answer.biva_topdown(d, z_bu, z_td, weights), "state", "prior").values()
        return {"state": state} | named(prior, "mu", "logvar")

    found = call()
    if cotangents is None:
        return found
    sources = {"d": d, "z_bu": z_bu, "z_td": z_td} | {f"W {name}": one for name, one in weights.items()}
    for output, cotangent in cotangents.items():
        # The tensors that `gradients` watches are those that `call` uses.
        parts = gradients(lambda output=output, **_: call()[output], sources, cotangent)
        found |= {f"{part} of {output}": value for part, value in parts.items()}
    return found


def step_down(rng, batch, H, Z_bu, Z_td, H_next, Z_next):
    """Draw a state, codes and weights."""
    return {
        "d": rng.normal(size=(batch, H)),
        "z_bu": rng.normal(size=(batch, Z_bu)),
        "z_td": rng.normal(size=(batch, Z_td)),
        "weights": {
            "d": rng.normal(size=(H, H_next)) / H**0.5,
            "bu": rng.normal(size=(Z_bu, H_next)),
            "td": rng.normal(size=(Z_td, H_next)),
            "b": rng.normal(size=H_next),
            "prior": rng.normal(size=(H_next, 2 * Z_next)),
        },
    }


@biva_topdown.cases
def _(rng):
    # clause: "the next state of the deterministic path, and the prior of the next codes", "d: the state of
    # the path", "z_bu: this level's bottom-up codes", "z_td: this level's top-down codes", "W: the
    # weights", "the first and the second half of the next state times W[prior]"
    yield "all sizes differ", step_down(rng, 4, 5, 2, 3, 6, 7)
    yield "as many bottom-up as top-down codes", step_down(rng, 3, 4, 3, 3, 5, 2)
    yield "all sizes are equal", step_down(rng, 4, 4, 4, 4, 4, 4)
    while True:  # until some units of the state are above 0, and each part of the sum decides some
        inputs = step_down(rng, 1, 3, 1, 1, 17, 1)
        w, codes = (
            inputs["weights"],
            (inputs["z_bu"] @ inputs["weights"]["bu"], inputs["z_td"] @ inputs["weights"]["td"]),
        )
        state = inputs["d"] @ w["d"] + sum(codes) + w["b"]
        prior = np.maximum(state, 0) @ w["prior"]
        if (
            np.sum(state > 0.3) > 4
            and np.abs(codes).max(axis=2).min() > 0.5
            and np.abs(np.diff(prior)).min() > 0.5
        ):
            break
    yield "a batch of 1, and single codes", inputs
    inputs = step_down(rng, 5, 3, 2, 4, 6, 3)
    yield "large states", inputs | {"d": 100 * inputs["d"]}
    # clause: "Gradients flow to all arguments"
    inputs = step_down(rng, 3, 4, 2, 3, 8, 2)
    yield (
        "the gradients",
        inputs
        | {
            "cotangents": {
                "state": rng.normal(size=(3, 8)),
                "mu": rng.normal(size=(3, 2)),
                "logvar": rng.normal(size=(3, 2)),
            }
        },
    )
