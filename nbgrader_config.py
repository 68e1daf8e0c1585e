"""What nbgrader is told when it is run here, as in `nbgrader generate_assignment 19_transformers`.

`grader build` runs the same step, and puts script, checks, public key and README
beside the notebook: run it after `generate_assignment --force`, which empties
the assignment's folder.
"""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "deep_learning"
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "assignments"
