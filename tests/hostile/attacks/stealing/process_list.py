"""Lists the processes of the machine and their command lines."""
names = attempt(os.listdir, "/proc") or ()
others = [name for name in names if name.isdigit() and int(name) != os.getpid()]
if others:
    LOOT.append(f"WON see {len(others) > 0} other processes")
for pid in range(2, 40000, 7):
    if pid == os.getpid():
        continue
    try:
        open(f"/proc/{pid}/cmdline").read()
        LOOT.append("WON read a command line")
        break
    except OSError:
        pass
