"""Looks in `sys.modules` for modules that only the trusted side may have, with something in them."""
for name, module in list(sys.modules.items()):
    if name.startswith("grader") or "solution" in name or "mistake" in name:
        LOOT.append(name)
    if name in ("grader.grading.key", "grader.grading.run", "grader.grading.store", "grader.authoring.recording", "grader.client.server", "submitted.right"):
        LOOT.append("WON find the module " + name)
for name in ("solution", "mistakes", "oracles", "solutions.01_target.solution"):
    attempt(__import__, name, won="import " + name)
