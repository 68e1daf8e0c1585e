"""Spins in TensorFlow's C++, where no Python signal is seen."""
import tensorflow as tf


@tf.function
def spin():
    return tf.while_loop(lambda i: i >= 0, lambda i: i * 0 + 1, [tf.constant(0)])


def tensor_target(x):
    return spin(), x
