"""Starts programs by subprocess, os.system, posix_spawn and multiprocessing."""
import multiprocessing
import subprocess

attempt(subprocess.run, ["/bin/true"], won="run a program")
if os.system("true") == 0:
    LOOT.append("WON run a shell")
attempt(os.posix_spawn, "/bin/true", ["true"], {}, won="spawn a program")
attempt(multiprocessing.get_context("fork").Process(target=print).start, won="start a process")
