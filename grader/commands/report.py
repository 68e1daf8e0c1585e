"""`grader report`: what a class has understood, as pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import (
    course_option,
    course_or_none,
    db_option,
    graded_in,
    isolation_option,
    plain_errors,
    progress,
    workers_option,
