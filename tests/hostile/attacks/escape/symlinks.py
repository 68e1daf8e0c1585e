"""Writes through symbolic links out of its folder, and leaves links for whoever tidies up."""
os.symlink("@COURSE@/submitted", "out")
os.symlink("@KEY@", "key")
attempt(lambda: open("out/hostile-@MARK@", "w").write("x"), won="write through a link")
attempt(lambda: open("key", "ab").write(b"x"), won="write through a link")
attempt(lambda: open("key").read(), won="read through a link")
