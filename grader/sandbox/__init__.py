"""Locks a process in, and proves that it holds.

Entered by `levels` (what each promises, and the lock), `trial` (which of them
holds on this machine), `root` (what submissions may read) and `linux` (what a process calls itself).
"""
