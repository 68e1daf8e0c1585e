"""Looks for descriptors that were left open: the control socket, folders, other students' files."""
import stat

for descriptor in range(3, 1024):
    try:
        found = os.fstat(descriptor)
    except OSError:
        continue
    where = attempt(os.readlink, f"/proc/self/fd/{descriptor}")
    if stat.S_ISDIR(found.st_mode):
        LOOT.append("WON hold a folder")
    if stat.S_ISREG(found.st_mode):
        LOOT.append("WON hold a file")
        LOOT.append(repr(os.pread(descriptor, 100000, 0)))
    if stat.S_ISSOCK(found.st_mode):
        LOOT.append(f"socket {descriptor}")
if sum(said.startswith("socket ") for said in LOOT) > 1:
    LOOT.append("WON hold another socket than its channel")
