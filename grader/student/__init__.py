"""One student's folder, and one student's kernel.

Entered by `live` (`check` in a notebook), `watch`, `assignment`, `progress`, `checked`,
`hint`, `packing`, `places`, `portability`, `written`, and by `shown` and
`submitted`, which put these on a terminal.
"""
