"""Fills its own folder with 300 MB in files of 30 MB."""
# stopped from: user
kept = 0
try:
    for position in range(10):
        with open(f"filler-{position}", "wb") as file:
            for _ in range(30):
                kept += file.write(bytes(1 << 20))
except OSError as error:
    LOOT.append(repr(error))
if kept > 100 << 20:
    LOOT.append("WON fill a disk")
