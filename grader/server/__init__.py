"""All that shares a process with a student's answer.

Nothing on the trusted side imports it: it is run, as `python -m grader.server`,
and obeys what `client` sends. `audit` has modules of its own that run in here.
"""
