"""Changes the environment for the next child: modules, .pth files, sitecustomize, bytecode."""
import grader
import sysconfig

folder = sysconfig.get_path("purelib")
for name in ("hostile-@MARK@.pth", "hostile_sitecustomize.py", "numpy/hostile-@MARK@.py"):
    path = os.path.join(folder, name)
    if attempt(lambda: open(path, "x").close() or path, won="write into the environment"):
        os.remove(path)
package = os.path.dirname(grader.__file__)
attempt(lambda: open(os.path.join(package, "compare.py"), "r+").close(), won="write into the grader")
attempt(os.rmdir, attempt(lambda: os.makedirs(package + "/hostile-@MARK@") or package + "/hostile-@MARK@", won="write into the grader"))
