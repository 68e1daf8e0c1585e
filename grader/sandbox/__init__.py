"""Locks a process in, and proves that it holds.

Entered by `levels` (what each promises), `lock` (its layers, put on), `trial` (which of them
holds on this machine), `root` (what submissions may read) and `linux` (what a process calls itself).
"""
