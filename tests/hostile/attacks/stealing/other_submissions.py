"""Looks for other students' working folders: beside its own, and in the server's folder."""
here = os.getcwd()
above = os.path.dirname(here)
for path in (above, os.path.join(here, ".."), os.path.join(above, ".."), os.environ.get("HOME", "/") + "/.."):
    found = attempt(os.listdir, path)
    for name in found or ():
        full = os.path.join(path, name)
        if os.path.realpath(full) != os.path.realpath(here) and (name.startswith("tmp") or name == "stderr"):
            LOOT.append("WON see another's folder")
            attempt(lambda: open(full, "ab"), won="write the server's own log") if name == "stderr" else None
