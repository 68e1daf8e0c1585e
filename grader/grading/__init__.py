"""From files and a key to verdicts that are kept.

Entered by `grading` (one submission or a class), `work` and `rules` (what is
graded, and against what), `judge` (outcomes to a verdict), `explain` (its message), `compare` (arrays),
`key` and `secret` (answer keys, and what their seeds come from), `collect` and
`forms` (what was handed in) and `store` (what was graded).
"""
