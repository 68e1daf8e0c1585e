"""From files and a key to verdicts that are kept.

Entered by `grading` (one submission or a class), `feedback` (outcomes to a
verdict), `compare` (arrays), `key` (answer keys), `collect` and `forms` (what was
handed in) and `store` (what was graded).
"""
