"""A class graded on a dask cluster: many machines, each with a warm server of its own.

One module runs in dask's workers; all others in the trusted client, which alone knows students' names.
Entered by `cluster` (where `grading.grader` has a class graded) and `connection` (how it is reached).
"""
