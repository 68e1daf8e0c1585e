"""Makes 6,000 empty files in its folder."""
# stopped from: user
made = 0
try:
    for position in range(6_000):
        os.close(os.open(f"file-{position}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError as error:
    LOOT.append(repr(error))
if made > 5_000:
    LOOT.append(f"WON make {made} files")
