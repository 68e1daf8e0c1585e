"""All that is made from a course's `solutions/`.

Entered by `release` (solutions to assignments), `recording` (to keys), `running` (its
answers run), `marks`, `syllabus`, `public_key` (recorded once), `notebook`, `skeleton`
(a new topic), `simulate` and `truth` (a class with known grades).
"""
