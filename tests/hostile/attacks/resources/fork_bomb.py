"""Forks 50 times, each child waiting for a minute."""
# stopped from: landlock
import time

for _ in range(50):
    try:
        child = os.fork()
    except OSError as error:
        LOOT.append(repr(error))
        break
    if child == 0:
        time.sleep(60)
        os._exit(0)
    LOOT.append("WON fork")
