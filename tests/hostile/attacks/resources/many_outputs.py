"""Names 100,000 outputs, and outputs with names of 1 MB."""
import gc

for found in gc.get_objects():
    if type(found).__name__ == "Exercise" and found.name == "target":
        found.driver = lambda answer, x: {f"y{i}": 0.0 for i in range(100_000)}
    elif type(found).__name__ == "Exercise":
        found.driver = lambda answer, x: {"y" * (1 << 20): 0.0}
