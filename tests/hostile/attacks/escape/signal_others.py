"""Signals its parent, its group, all processes and the trusted side (harmless signals, if they arrive)."""
for pid in (os.getppid(), int("@TRUSTED@"), int("@SERVER@"), -1, 0, -os.getpid(), 1):
    if pid != os.getpid():
        attempt(os.kill, pid, 0, won="signal another process")
attempt(os.killpg, os.getpgid(0), 0, won="signal its group")
