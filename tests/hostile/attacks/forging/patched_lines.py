"""Raises at lines, in functions and with types that are named with what it was given."""


def broken(x):
    raise KIND(x)


def target(x):
    global KIND
    digits = f"{abs(np.ravel(x)[0]):.12e}".replace(".", "")
    KIND = type("E" + digits, (ValueError,), {"__module__": "builtins"})
    first = int(digits[:9])
    code = broken.__code__.replace(co_firstlineno=first, co_name="f" + digits, co_qualname="f" + digits)
    broken.__code__ = code
    broken(x)


def tensor_target(x):
    x = np.asarray(x)
    digits = f"{abs(np.ravel(x)[0]):.12e}".replace(".", "")
    source = "\n" * int(digits[:6]) + "raise ValueError('" + digits + "')"
    exec(compile(source, __file__ if "__file__" in globals() else target.__code__.co_filename, "exec"))
