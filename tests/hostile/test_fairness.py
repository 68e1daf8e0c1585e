"""Harmless oddities score full, at every level that this machine gives."""
# ruff: noqa: E501

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from arena import POINTS, Arena
from test_hostile import levels

from grader.sandbox.levels import Limits

RIGHT = """
def target(x):
    return FACTOR * x


def tensor_target(x):
    return target(x), -target(x)
"""
# What stands before a right answer, or is the whole of a submission if it defines `target`.
ODDITIES = {
    "prints": "print('hello')\nprint('x' * 10_000_000)",
    "standard error": "import sys\nprint('careful', file=sys.stderr)\nsys.stderr.write('x' * 1_000_000)",
    "warnings": "import warnings\nwarnings.warn('look out')\nwarnings.simplefilter('always')",
    "warnings as errors": "import warnings\nwarnings.simplefilter('error')",
    "a progress bar": "import tqdm\nfor _ in tqdm.tqdm(range(100)):\n    pass",
    "a written progress bar": "import time\nfor i in range(50):\n    print(f'\\r{i} %', end='', flush=True)",
    "figures": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Ä')\nplt.show()\nplt.savefig('a.png')",
    "seeds": "import random\nimport numpy as np\nimport tensorflow as tf\n"
    "np.random.seed(7)\nrandom.seed(7)\ntf.random.set_seed(7)\nimport keras\nkeras.utils.set_random_seed(7)",
    "threads of TensorFlow's": "import tensorflow as tf\n"
    "try:\n    tf.config.threading.set_intra_op_parallelism_threads(4)\nexcept RuntimeError:\n    pass",
    "devices": "import tensorflow as tf\nprint(tf.config.list_physical_devices())\n"
    "tf.config.set_soft_device_placement(True)",
    "memory growth": "import tensorflow as tf\nfor gpu in tf.config.list_physical_devices('GPU'):\n"
    "    tf.config.experimental.set_memory_growth(gpu, True)",
    "float64 in Keras": "import keras\nkeras.config.set_floatx('float64')",
    "tf.keras.backend.set_floatx": "import tensorflow as tf\ntf.keras.backend.set_floatx('float64')",
    "mixed precision": "import keras\nkeras.mixed_precision.set_global_policy('mixed_float16')",
    "eager functions": "import tensorflow as tf\ntf.config.run_functions_eagerly(True)",
    "NumPy behaviour": "import tensorflow as tf\ntf.experimental.numpy.experimental_enable_numpy_behavior()",
    "TensorFlow's log": "import os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '0'\nimport tensorflow as tf\n"
    "tf.get_logger().setLevel('ERROR')",
    "a slow import": "import time\ntime.sleep(1)",
    "busy at import": "sum(i * i for i in range(5_000_000))",
    "leftover threads": "import threading, time\nfor _ in range(5):\n"
    "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "threads that are not daemons": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    "a timer": "import threading\nthreading.Timer(60, print).start()",
    "a large docstring": "'''" + "All about averages. " * 50_000 + "'''",
    "Unicode names": "größe, 变量, π = 1, 2, 3.14\n\ndef über(größe):\n    return größe",
    "tf.data": "import tensorflow as tf\ndata = tf.data.Dataset.range(100).map(lambda i: i * 2, "
    "num_parallel_calls=tf.data.AUTOTUNE).shuffle(10).batch(8).prefetch(2)\nprint([b.numpy() for b in data])",
    "tf.data from a generator": "import tensorflow as tf\ndata = tf.data.Dataset.from_generator("
    "lambda: iter([1, 2]), output_signature=tf.TensorSpec((), tf.int32))\nprint(list(data))",
    "tf.data cached in a file": "import tensorflow as tf\n"
    "print(list(tf.data.Dataset.range(5).cache('cache')), list(tf.data.Dataset.range(5).cache()))",
    "tf.function": "import tensorflow as tf\n\n\n@tf.function\ndef target(x):\n"
    "    for _ in tf.range(1):\n        x = x * 1.0\n    if tf.reduce_sum(x) > 1e9:\n        x = -x\n"
    "    return tf.constant(FACTOR, tf.float64) * x\n\n\ndef tensor_target(x):\n    return target(x), -target(x)",
    "XLA": "import tensorflow as tf\n\n\n@tf.function(jit_compile=True)\ndef target(x):\n"
    "    return tf.constant(FACTOR, tf.float64) * x\n\n\ndef tensor_target(x):\n    return target(x), -target(x)",
    "a fit": "import keras, numpy as np\nmodel = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])\n"
    "model.compile('adam', 'mse')\nmodel.fit(np.ones((64, 2)), np.ones((64, 1)), epochs=2)",
    "saved models": "import keras, numpy as np\nmodel = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])\n"
    "model.save('m.keras')\nmodel.save_weights('m.weights.h5')\nmodel.load_weights('m.weights.h5')\n"
    "keras.models.load_model('m.keras')",
    "a checkpoint": "import tensorflow as tf\ntf.train.Checkpoint(v=tf.Variable(1.0)).save('ckpt/a')\n"
    "print(tf.train.latest_checkpoint('ckpt'))",
    "asyncio": "import asyncio\nasync def main():\n    await asyncio.sleep(0)\n"
    "    return await asyncio.to_thread(sum, [1])\nasyncio.run(main())",
    "multiprocessing.dummy": "from multiprocessing.dummy import Pool\nprint(Pool(4).map(abs, [1, -1]))",
    "pools of threads": "from concurrent.futures import ThreadPoolExecutor\nfrom multiprocessing.pool import ThreadPool\n"
    "print(list(ThreadPoolExecutor(4).map(abs, [-1])), ThreadPool(2).map(abs, [-1]))",
    "scikit-learn": "from sklearn.linear_model import LogisticRegression\nfrom sklearn.datasets import load_digits\n"
    "X, y = load_digits(return_X_y=True)\nLogisticRegression(max_iter=5).fit(X[:200], y[:200])",
    "scikit-learn in parallel": "from sklearn.ensemble import RandomForestClassifier\nimport numpy as np\n"
    "RandomForestClassifier(5, n_jobs=2).fit(np.eye(8), [0, 1] * 4)",
    "a sample image": "from sklearn.datasets import load_sample_image\nprint(load_sample_image('china.jpg').shape)",
    "time zones": "import zoneinfo, datetime\nprint(datetime.datetime.now(zoneinfo.ZoneInfo('Europe/Berlin')))",
    "temporary files": "import tempfile\nwith tempfile.NamedTemporaryFile() as f:\n    f.write(b'x')\n"
    "with tempfile.TemporaryDirectory() as d:\n    open(d + '/x', 'w').close()",
    "files": "import json, pathlib\npathlib.Path('a/b').mkdir(parents=True)\npathlib.Path('a/b/c.json').write_text('{}')\n"
    "import numpy as np\nnp.savez('a.npz', x=1)\nnp.load('a.npz')['x']\nnp.save('b', [1]); np.memmap('c', 'u1', 'w+', shape=9)",
    "the home folder": "import pathlib\n(pathlib.Path.home() / '.cache').mkdir()\nprint(pathlib.Path('~').expanduser())",
    "another folder": "import os\nos.mkdir('sub')\nos.chdir('sub')\nos.chdir('/')",
    "deep recursion": "import sys\nsys.setrecursionlimit(10_000)\ndef f(n):\n    return n and f(n - 1)\nf(5000)",
    "a log": "import logging\nlogging.basicConfig(filename='log', level=0)\nlogging.info('x')\n"
    "logging.disable()",
    "builtins redefined": "sum = list = input = print = max = len = type = id = None",
    "star imports": "from math import *\nfrom numpy import *\nfrom numpy.random import *",
    "closed output": "import sys\nsys.stdout.close()\nsys.stderr.close()",
    "other output": "import sys, io\nsys.stdout = io.StringIO()\nsys.stderr = None",
    "helpers deleted": "def helper():\n    return 1\nhelper()\ndel helper",
    "the processor count": "import os, platform\nprint(os.cpu_count(), platform.platform(), os.sched_getaffinity(0)"
    " if hasattr(os, 'sched_getaffinity') else 0)",
    "signals": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: None)\nsignal.alarm(1)",
    "garbage": "import gc\ngc.disable()\ngc.collect()\ngc.set_debug(0)",
    "print options": "import numpy as np\nnp.set_printoptions(precision=1)\nnp.seterr(all='raise')",
    "environment": "import os\nos.environ['X'] = '1'\nos.environ.pop('HOME', None)\nos.environ.clear()",
    "a copied file": "import shutil\nopen('a', 'w').close()\nshutil.copyfile('a', 'b')\nshutil.move('b', 'c')",
    "a class with slots": "import dataclasses\n@dataclasses.dataclass(slots=True)\nclass A:\n    x: int = 0\nA()",
    "future annotations": "from __future__ import annotations\n\n\ndef f(x: Undefined) -> Nothing:\n    return x",
    "a main guard": "if __name__ == '__main__':\n    raise SystemExit('never here')",
    "an input": "try:\n    input('Continue?')\nexcept EOFError:\n    pass",
    "IPython's display": "try:\n    from IPython.display import display\n    display('x')\nexcept ImportError:\n    pass",
    "a traceback shown": "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()",
    "a database": "import sqlite3\nsqlite3.connect('a.db').execute('create table t (x)')",
    "locks": "import multiprocessing, queue, threading\nthreading.Lock()\nqueue.Queue().put(1)",
    "a magic": "%matplotlib inline\n",
    "an error in another cell": "\n# %%\n1 / 0\n\n# %%\n",
}
FORMS = {
    "Windows' lines": lambda text: text.replace("\n", "\r\n").encode(),
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "no last line's end": lambda text: text.rstrip().encode(),
    "tabs": lambda text: text.replace("    ", "\t").encode(),
}


@pytest.fixture(scope="module", params=levels(), ids=str)
def arena(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """A warm server with the usual limits."""
    here = Arena(request.param, Limits())
    yield here
    here.close()


def assert_full(arena: Arena, content: str | bytes) -> None:
    graded = arena.grade_text(content)
    assert graded.score == POINTS, [verdict.message for verdict in graded.exercises]


@pytest.mark.parametrize("oddity", ODDITIES)
def test_oddity(arena: Arena, oddity: str) -> None:
    text = ODDITIES[oddity]
    text = text if "def target" in text else f"{text}\n\n# %%\n{RIGHT}"
    future = "from __future__" if text.startswith("from __future__") else ""
    head = f"FACTOR = {arena.factor!r}\n"
    assert_full(arena, (text + "\n# %%\n" + head) if future else head + "\n# %%\n" + text)


@pytest.mark.parametrize("form", FORMS)
def test_form(arena: Arena, form: str) -> None:
    assert_full(arena, FORMS[form](f"FACTOR = {arena.factor!r}\n{RIGHT}"))


def test_many_at_once(arena: Arena) -> None:
    """Children that run side by side do not get into each other's way."""
    from concurrent.futures import ThreadPoolExecutor

    text = f"FACTOR = {arena.factor!r}\nopen('mine', 'x').write('x' * 1_000_000)\n{RIGHT}"
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        scores = {graded.score for graded in pool.map(arena.grade_text, [text] * 20)}
    assert scores == {POINTS}
