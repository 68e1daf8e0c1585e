"""Right answers made independently of `solution.py`."""
