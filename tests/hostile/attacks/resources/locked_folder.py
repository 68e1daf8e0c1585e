"""Leaves folders that may not be entered and names that are no text, to be removed by someone else."""
os.mkdir("locked", 0)
os.mkdir(b"\xff\xfe\n")
os.symlink("@COURSE@", "link")
os.mkdir("deep")
os.symlink("../..", "deep/up")
attempt(os.symlink, "@SOLUTION@", "solution.py")
