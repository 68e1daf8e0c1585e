"""Has TensorFlow allocate 6 GB outside Python's reach."""
import tensorflow as tf


def tensor_target(x):
    kept = [tf.ones((1 << 26,), tf.float64) for _ in range(12)]
    return tf.add_n([one[:3] for one in kept]), x
