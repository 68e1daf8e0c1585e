"""Links files of the course and the system into its folder, to read or change them there."""
for path in ("@KEY@", "@SOLUTION@", "@STORE@", "/etc/hostname"):
    attempt(os.link, path, "linked-" + os.path.basename(path), won="link a file")
    attempt(os.rename, path, "moved-" + os.path.basename(path), won="move a file")
attempt(lambda: open("linked-solution.py").read())
