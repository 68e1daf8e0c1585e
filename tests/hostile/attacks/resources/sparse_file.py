"""Makes a sparse file of 1 TB, and maps it."""
try:
    with open("sparse", "wb") as file:
        file.truncate(1 << 40)
    LOOT.append("WON make a file of 1 TB")
except OSError as error:
    LOOT.append(repr(error))
