"""The trusted side's hold on the processes that run answers.

Entered by `server` (the warm process, its children and what comes of them) and
`child` (one of its children, asked) and `warm` (the one server of a kernel).
"""
