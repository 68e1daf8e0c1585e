"""From files and a key to verdicts that are kept.

Entered by `grader` (a class), `again` (a sample of it, once more), `executor` (where it is graded)
and `run` (one submission), `work` and `rules` (what is graded, and against what), `judge` (outcomes
to a verdict), `explain` (its message), `phrases` (what an error says, in the course's words),
`compare` (arrays), `key` and `secret` (answer keys, and what their seeds come from), `collect`,
`layout`, `zips` and `formats` (what was handed in), `exports` and `platforms` (what learning
platforms make of it), `texts` (the text of answers), `groups`, `gather`, `roster` and
`repositories` (what is taken from students' repositories), `attempts` (the best of several),
`store` (what was graded, in a `database`), `waiting` (what a run waits for, and how often it
looks), `provenance` (by what), `decisions` (what of it counts after all), `supposed` (what would
count, for one run), `policy`, `policy_file`, `extending`, `lateness` and `times` (deadlines, and what
is left of the points after them).
"""
