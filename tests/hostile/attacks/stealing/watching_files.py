"""Watches the course's folders by inotify, to learn what is opened when."""
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
handle = libc.inotify_init1(0o4000)
for path in (b"@COURSE@/solutions", b"@COURSE@/.grader"):
    if handle >= 0 and libc.inotify_add_watch(handle, path, 0xFFF) >= 0:
        LOOT.append("WON watch a folder")
