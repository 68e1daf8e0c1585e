"""Locks a process in, and proves that it holds.

Entered by `levels` (what each promises, and the lock), `trial` (which of them
holds on this machine) and `root` (what submissions may read).
"""
