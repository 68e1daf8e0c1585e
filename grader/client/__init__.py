"""The trusted side's hold on the processes that run answers.

Entered by `server` (the warm process, its children and what comes of them),
`child` (one of its children, asked), `kept` (a server that is there when it is
needed) and `warm` (the one for a student's kernel).
"""
