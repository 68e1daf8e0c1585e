"""Writes to its own memory through /proc/self/mem, past read-only pages."""
import ctypes

attempt(lambda: open("/proc/self/mem", "r+b", 0), won="open its memory for writing")
for name in ("oom_score_adj", "coredump_filter", "comm", "clear_refs", "timerslack_ns"):
    attempt(lambda: open(f"/proc/self/{name}", "w").write("0"), won=f"write {name}")
