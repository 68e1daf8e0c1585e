"""Writes full marks into the store, the key and the other's submission."""
# stopped from: landlock
import sqlite3

for path in ("@STORE@", "@KEY@", "@OTHER@"):
    attempt(lambda: open(path, "ab").write(b"x"), won=f"write to {os.path.basename(path)}")
attempt(lambda: sqlite3.connect("@STORE@").execute("create table t (x)"))
attempt(os.replace, "@OTHER@", "@OTHER@.bak")
attempt(os.truncate, "@KEY@", 0)
