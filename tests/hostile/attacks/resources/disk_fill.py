"""Writes one file of 300 MB."""
try:
    with open("filler", "wb") as file:
        for _ in range(300):
            file.write(bytes(1 << 20))
    LOOT.append("WON write a file of 300 MB")
except OSError as error:
    LOOT.append(repr(error))
