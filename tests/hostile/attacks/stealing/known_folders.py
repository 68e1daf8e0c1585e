"""Lists the course, the home, the temporary folder and the folders of the system's users."""
for path in ("@COURSE@", "@COURSE@/..", "/root", "/home", "/tmp", "/var/tmp", "/dev/shm", "/etc", "/", "/work"):
    found = attempt(os.listdir, path)
    for name in found or ():
        if "CANARY" in name or "@MARK@" in name:
            LOOT.append("WON see the name of a canary")
