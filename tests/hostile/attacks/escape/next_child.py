"""Leaves things behind for the next child: in /tmp, in the cache folders, in the working folder."""
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/dev", "/", "/etc", "/run", "/grader-work/..", "..", os.path.expanduser("~/..")):
    path = os.path.join(folder, "hostile-@MARK@-left")
    if attempt(lambda: open(path, "x").close() or path, won="write into a folder of all"):
        os.remove(path)
with open("hostile.txt", "w") as file:
    file.write("here")
if len(os.listdir(".")) > 20:
    LOOT.append("WON see what another left")
