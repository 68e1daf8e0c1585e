"""Changes priorities, limits and processors of the processes that judge."""
import resource

for pid in (os.getppid(), int("@TRUSTED@"), int("@SERVER@")):
    if pid:
        limits = attempt(resource.prlimit, pid, resource.RLIMIT_NOFILE) or (1024, 1024)
        attempt(resource.prlimit, pid, resource.RLIMIT_NOFILE, limits, won="change another's limits")
        attempt(os.setpriority, os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0), won="change another's priority")
        attempt(os.sched_setaffinity, pid, os.sched_getaffinity(0), won="move another process")
