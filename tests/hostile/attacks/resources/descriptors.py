"""Opens descriptors until there are none left."""
kept = []
try:
    for _ in range(5000):
        kept.append(os.open("/dev/null", os.O_RDONLY))
    LOOT.append("WON open 5,000 descriptors")
except OSError as error:
    LOOT.append(repr(error))
for descriptor in kept:
    os.close(descriptor)
