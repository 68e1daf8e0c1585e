"""From verdicts to what people and programs read.

Entered by `terminal`, `display` (notebooks), `data` (JSON), `junit`, `forge`
(GitHub and GitLab), `pictures` and `words` (what each verdict is called).
"""
