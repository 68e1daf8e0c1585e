"""Names an output with terminal control characters, HTML and a kilobyte of line breaks."""
import gc

NAME = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u202e" + "\n" * 1000
for found in gc.get_objects():
    if type(found).__name__ == "Exercise":
        found.driver = lambda answer, x: {NAME: np.zeros(3)}
