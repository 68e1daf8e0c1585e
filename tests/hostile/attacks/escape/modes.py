"""Changes modes, owners, times and attributes of the course's files."""
for path in ("@COURSE@", "@SOLUTION@", "@OTHER@"):
    attempt(os.chmod, path, 0o777, won="change a mode")
    attempt(os.chown, path, os.getuid(), -1, won="change an owner")
    attempt(os.utime, path, (0, 0), won="change a time")
    attempt(os.setxattr, path, "user.hostile", b"x", won="set an attribute")
    attempt(os.truncate, path, 0, won="truncate a file")
    attempt(os.remove, path, won="remove a file")
