#!/usr/bin/env bash
# Grades one submission in Gradescope's container. Written by `grader gradescope`.
home="${AUTOGRADER:-/autograder}"
exec "$home/venv/bin/python" -P -m grader.commands.container "$home" @least@
