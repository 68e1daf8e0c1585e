"""From verdicts to what people and programs read.

Entered by `terminal`, `display` (notebooks), `data` (JSON), `junit`, `forge` (GitHub and GitLab),
`gradescope`, `gradesheets` (of Canvas and Moodle), `tables`, `markup` (templates), `pages` of what
`analysis` finds in a class, `gradings` (two, compared), `changes` (as data) and `changed` (on the
terminal), and `feedback` (what a student reads), `returning` (pages, as a zip that platforms take back),
`pictures`, `album` (those that are kept) and `illustrations` (those of a class), `similar`,
`copied` and `unusual` (who worked together), and `words` (what each verdict is called).
"""
