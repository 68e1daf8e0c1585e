"""Has Python's own machinery read files: linecache, inspect, runpy, importlib, tracebacks, numpy."""
import importlib.util
import linecache
import runpy

LOOT.append("".join(linecache.getlines("@SOLUTION@")))
attempt(runpy.run_path, "@SOLUTION@")
spec = importlib.util.spec_from_file_location("stolen", "@SOLUTION@")
attempt(spec.loader.get_data, "@SOLUTION@")
attempt(np.fromfile, "@KEY@", np.uint8)
attempt(np.memmap, "@OTHER@", np.uint8, "r")
