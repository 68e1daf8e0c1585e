"""What nbgrader is told when it is run here, as in `nbgrader autograde 19_transformers`.

The gradebook is `gradebook.db` beside this file; for PostgreSQL, set
`c.CourseDirectory.db_url = "postgresql+psycopg://user@host/name"`.
"""

import grader.nbgrader

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "deep_learning"
grader.nbgrader.configure(c)
