"""Names of files, folders and cells that more than one room knows."""

FOLDER = ".grader"  # a course's secret and hidden keys; in an assignment, a student's progress
KEY = "key.npz"  # an assignment's public key
HAND_IN = "HAND_IN.md"  # where students hand in, in the instructor's words
# What stands in its place where there is none.
SENTENCE = "Hand it in where your instructor told you to, under the name it has."
ANSWER = "answer"  # the tag of the cell for the written answer
# nbgrader's name of that cell, and the points that a person gives for it.
WRITTEN_ANSWER, WRITTEN_POINTS = "written_answer", 5
TIMESTAMP = "timestamp.txt"  # nbgrader's, of when something was handed in
TRUTH = "truth.json"  # above a simulated class, what its grades are
