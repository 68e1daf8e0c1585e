"""Writes kernel settings: core patterns, cgroups, sysrq."""
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sys/kernel/hostname"):
    attempt(lambda: open(path, "r+"), won="open a kernel setting for writing")
attempt(os.mkdir, "/sys/fs/cgroup/hostile-@MARK@", won="make a cgroup")
attempt(os.rmdir, "/sys/fs/cgroup/hostile-@MARK@")
attempt(lambda: open("/proc/self/uid_map", "w").write("0 0 1"), won="write its uid map")
