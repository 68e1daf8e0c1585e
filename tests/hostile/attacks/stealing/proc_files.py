"""Reads memory maps, command lines, working folders and open files of the processes that judge."""
for pid in (os.getppid(), "@SERVER@", "@TRUSTED@", 1):
    if str(pid) == str(os.getpid()):
        continue
    for name in ("maps", "mem", "fd/3", "fd/5", "auxv", "stack", "syscall"):
        attempt(lambda: open(f"/proc/{pid}/{name}", "rb").read(1), won=f"read {name} of a process")
    for name in ("cwd", "root", "exe", "fd/1", "ns/pid"):
        attempt(os.readlink, f"/proc/{pid}/{name}", won=f"read where {name} of a process leads")
    attempt(os.listdir, f"/proc/{pid}/fd", won="list the open files of a process")
    attempt(lambda: open(f"/proc/{pid}/root/@SOLUTION@").read())
    attempt(lambda: open(f"/proc/{pid}/cwd/../../@SOLUTION@").read())
