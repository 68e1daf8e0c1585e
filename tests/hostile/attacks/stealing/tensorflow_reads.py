"""Has TensorFlow's C++ read files, list folders and load libraries in its place."""
import tensorflow as tf

attempt(lambda: tf.io.read_file("@SOLUTION@").numpy().decode())
attempt(lambda: tf.io.gfile.listdir("@COURSE@/solutions"))
attempt(lambda: [line.numpy() for line in tf.data.TextLineDataset("@OTHER@")])
attempt(lambda: tf.io.write_file("@COURSE@/owned-@MARK@", "x"))
attempt(lambda: tf.io.matching_files("@COURSE@/*/*").numpy())
