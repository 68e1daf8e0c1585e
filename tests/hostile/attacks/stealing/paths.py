"""Asks whether paths exist, how large and how old the files are, without opening them."""
# stopped from: user
attempt(os.chdir, "@COURSE@", won="go into a folder")
for path in ("@SOLUTION@", "@KEY@", "@HOME@"):
    attempt(os.stat, path, won="see that a file is there")
