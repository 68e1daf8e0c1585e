"""The seam into nbgrader: its commands as instructors know them, its grades from our verdicts.

    c = get_config()
    grader.nbgrader.configure(c)

in a course's `nbgrader_config.py` is all that it takes. Everything is named by
text here, so that reading the configuration imports neither nbgrader nor NumPy.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import Any

HERE = "grader.nbgrader"
THEIRS = "nbgrader.preprocessors"
CELL_SECONDS = 300  # for one cell where nbgrader runs one, which is in `nbgrader validate`
# What is in STUDENT-TOPIC.zip, as `grader submit` makes it, is that student's, whatever names are in
# it. Else STUDENT/TOPIC.ipynb or STUDENT_TOPIC.ipynb; or a script.
HANDED_IN = (
    r"(?:.*?/extracted/(?:.*?/)??(?=[^/]+-(?:{names})/)|.*/)"
    r"(?P<student_id>(?!\d\d_|extracted/|(?:{names})\.)[^/]+?)(?:-(?:{names})/(?:.*/)?(?:[^/]+?_)??|[/_])"
    r"(?:\d\d_)?(?P<file_id>{names})\.(?:ipynb|py)$"
)


def configure(c: Any) -> None:
    """Have nbgrader grade through this package, in the course that it is run in."""
    c.CourseDirectory.source_directory = "source"
    c.CourseDirectory.release_directory = "assignments"
    c.Execute.timeout = CELL_SECONDS
    c.GenerateAssignment.exporter_class = f"{HERE}.hooks.CarefulExporter"
    c.GenerateAssignment.post_convert_hook = f"{HERE}.hooks.complete_assignment"
    # A page that is there may be older than the grade; nbgrader would leave it without a word.
    c.GenerateFeedback.force = True
    c.ZipCollectApp.extractor_plugin = f"{HERE}.archives.ExtractArchives"
    c.ZipCollectApp.collector_plugin = f"{HERE}.archives.CollectByName"
    c.ExportApp.plugin_class = f"{HERE}.spreadsheet.CsvExport"
    c.Autograde.exporter_class = f"{HERE}.exporter.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = [
        f"{HERE}.cells.RestoreCells",
        f"{THEIRS}.ClearOutput",
        f"{THEIRS}.DeduplicateIds",
        f"{THEIRS}.OverwriteKernelspec",
        f"{THEIRS}.OverwriteCells",
        f"{THEIRS}.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        f"{HERE}.autograde.GradeOutOfProcess",
        f"{THEIRS}.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        f"{THEIRS}.LimitOutput",
        f"{THEIRS}.SaveAutoGrades",
        f"{THEIRS}.AssignLatePenalties",
        f"{THEIRS}.CheckCellMetadata",
    ]
    # Both pages, feedback's and formgrader's, are made by this exporter.
    c.HTMLExporter.template_file = "graded.html.j2"
    c.HTMLExporter.extra_template_basedirs = [str(Path(__file__).parent / "templates"), *their_templates()]
    c.HTMLExporter.preprocessors = [f"{HERE}.awaited.MarkAwaited"]
    c.HTMLExporter.filters = {
        "markdown2html": f"{HERE}.markdown.to_html",
        "exercise": f"{HERE}.cells.exercise_of",
        "points": "grader.report.words.points",
    }
    # What students edit beside the notebook must not be overwritten with a file of that name.
    from grader.course import CourseError, find_course

    try:
        topics = find_course().topics
    except CourseError:  # a student's own folder, or a command that needs no course
        topics = []
    names = "|".join(topic.name for topic in topics)
    if names:  # else there is nothing of ours to collect
        c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".py"]
        c.FileNameCollectorPlugin.named_regexp = HANDED_IN.format(names=names)
    c.Autograde.exclude_overwriting = {topic.id: [f"{topic.name}.py"] for topic in topics}
    # nbgrader makes its gradebook with the program `alembic`, which lies beside it.
    if shutil.which("alembic") is None:
        folder = str(Path(sys.executable).parent)
        os.environ["PATH"] = os.pathsep.join(filter(None, [os.environ.get("PATH"), folder]))


def their_templates() -> list[str]:
    """Return where nbgrader's own templates are, which ours extend."""
    found = importlib.util.find_spec("nbgrader")
    folders = found.submodule_search_locations if found else None
    return [str(Path(folder, "server_extensions/formgrader/templates")) for folder in folders or ()]
