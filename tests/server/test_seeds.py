"""Seeding brings randomness back to its start, whatever TensorFlow has kept."""

from __future__ import annotations

from test_tf_private import run

# Each draws where nothing but seeding could bring it back to where it was.
DRAWS = {
    "python": "lambda: random.random()",
    "numpy": "lambda: np.random.normal()",
    "keras": "lambda: float(keras.random.normal(()))",
    "a layer": "lambda: keras.layers.Dense(1)(np.ones((1, 3))).numpy().item()",
    "tensorflow": "lambda: float(tf.random.normal(()))",
    "with a seed of its own": "lambda: float(tf.random.normal((), seed=3))",
    "shuffled": "lambda: float(tf.random.shuffle(tf.range(1000.0), seed=3)[0])",
    "traced": "tf.function(lambda: tf.random.normal((), seed=3))",
    "data": "lambda: next(iter(tf.data.Dataset.range(10**6).shuffle(10**4))).numpy().item()",
    "cropped": "lambda: tf.image.random_crop(tf.range(10**6), [1]).numpy().item()",
}


def test_every_draw_repeats_after_seeding_and_goes_on_between() -> None:
    draws = ", ".join(f"{name!r}: {code}" for name, code in DRAWS.items())
    code = f"""
for name, draw in {{{draws}}}.items():
    tf.reduce_sum(tf.ones((2, 2)))
    found = []
    for _ in range(3):
        seeds.set_seeds()
        found.append([float(draw()) for _ in range(3)])
    print(found[0] == found[1] == found[2], len(set(found[0])), name)
"""
    assert run(code).splitlines() == [f"True 3 {name}" for name in DRAWS]
