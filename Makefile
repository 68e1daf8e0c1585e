# `make demo` grades a simulated class, `make test` runs the whole suite.
# All need Python 3.11 to 3.13 and nothing else; uv is used where there is one.

VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
    && { command -v $$python; break; }; done)
# The demo's: a minute's worth. TOPICS=all is the whole course.
TOPICS := tensors_and_probability optimisers transformers
STUDENTS := 20
SEED := 1
CHOSEN := $(if $(filter all,$(TOPICS)),,$(TOPICS))
WORKERS := 2
CLASS := build/demo
BUDGET := 3600
BENCH :=
# Two files of tests at a time: what a file makes once for all its tests is made once.
TOGETHER = --numprocesses $(WORKERS) --dist loadfile

# TensorFlow imports in 4 s when its bytecode is compiled, in 17 s when it is not.
INSTALL := $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode,\
    $(BIN)/python -m pip install --quiet --compile --disable-pip-version-check) --constraint constraints.txt

.PHONY: help demo quick test long audit bench pictures build wheel check lint types messages constraints clean
.NOTPARALLEL:

help:
	@sed -n 's/^## /make /p' Makefile

## demo         simulate a class of STUDENTS=20, grade it, compare with the known truth; TOPICS=all for every topic
# The class is our own, so that it may be graded where nothing can be locked in; `grade` says so then.
demo: $(VENV)/instructor
	@mkdir -p build && date +%s > build/began
	rm -rf $(CLASS)
	$(BIN)/grader key record $(CHOSEN)
	$(BIN)/grader simulate $(CLASS) --students $(STUDENTS) --seed $(SEED) $(CHOSEN:%=--topic %)
	$(BIN)/grader grade $(CLASS) --workers $(WORKERS) $(CHOSEN:%=--topic %) --require-isolation none \
	    --db sqlite:///$(CLASS)/grades.db --json $(CLASS)/grades.json --truth $(CLASS)/truth.json
	@echo "The demo took $$(( $$(date +%s) - $$(cat build/began) )) seconds."
	@echo
	@echo 'Where to look next:'
	@echo '  $(CLASS)/                  what the students handed in, and truth.json'
	@echo '  $(CLASS)/grades.json       every verdict and message; grades.db holds the same'
	@echo '  assignments/                what students are given'
	@echo '  solutions/19_transformers/  a topic as its author writes it'
	@echo '  $(BIN)/grader --help'

## quick        the tests that need no class, no browser and no process but a warm server: one and a half minutes
quick: $(VENV)/test
	$(BIN)/python -m pytest -q --quick $(TOGETHER)

## test         lint, types and the whole suite
test: $(VENV)/test lint types
	$(BIN)/python -m pytest -q $(TOGETHER)

## long         run every notebook, and grade whole simulated classes of every topic, with five seeds: hours
long: $(VENV)/test
	$(BIN)/python -m pytest -q -m long

## audit        prove the course's checks with every mutant there is; BUDGET=3600 seconds at most
audit: $(VENV)/test
	mkdir -p build
	$(BIN)/grader audit --workers $(WORKERS) --budget $(BUDGET) --secrets 20 --html build/audit.html --json build/audit.json

## bench        this grader against nbgrader, Otter, pytest and the floor; BENCH=--full for 1,000 students
bench: $(VENV)/test
	$(BIN)/python tests/benchmarks $(BENCH)

## pictures     draw the documentation's pictures again: `check`, `grader watch`, the report of a class; minutes
pictures: $(VENV)/test
	$(BIN)/python docs/pictures/draw.py

## build        derive source/, assignments/ and public keys from solutions/
build: $(VENV)/instructor
	$(BIN)/grader build

## wheel        build dist/*.whl, what students and CI install: the grader and its data, nothing of solutions/
# Modules that are no more stay in build/lib, and would be packed again. Of a folder whose name ends in
# brackets pip takes these for extras, unless some are named.
wheel: $(VENV)/made
	rm -rf build/lib build/bdist.* dist
	'$(BIN)/python' -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist '.[instructor]'
	@ls dist/*.whl

## check        lint, types, and whether what is derived is fresh
check: lint types
	$(BIN)/grader build --check

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test
	$(BIN)/python -m mypy

## messages     print every message that a student may get, to be read
messages: $(VENV)/test
	$(BIN)/python tests/print_messages.py

## constraints  resolve constraints.txt again (needs uv)
constraints:
	@test -n '$(UV)' || { echo 'This needs uv: https://docs.astral.sh/uv/'; exit 1; }
	{ echo '# Versions that go together on Python 3.11 to 3.13. Made by `make constraints`.'; \
	    $(UV) pip compile --quiet --upgrade --universal --all-extras --python-version 3.11 \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links setup.cfg; } > constraints.draft
	mv constraints.draft constraints.txt

## clean        remove what was installed, graded and cached; .grader/, the secret, stays
clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp stands for one install; the test extra holds the instructor's.
$(VENV)/instructor: $(VENV)/made setup.cfg pyproject.toml constraints.txt
	$(INSTALL) --editable '.[instructor]'
	@echo "Installed: $$(du -sh $(VENV) | cut -f1)"
	@touch $@

$(VENV)/test: $(VENV)/made setup.cfg pyproject.toml constraints.txt
	$(INSTALL) --editable '.[test]'
	@echo "Installed: $$(du -sh $(VENV) | cut -f1)"
	@touch $@ $(VENV)/instructor

$(VENV)/made:
	@test -n '$(PYTHON)' || { echo 'This needs Python 3.11, 3.12 or 3.13; none was found on PATH' \
	    "(python3 is $$(python3 --version 2>&1 | tail -n 1)). Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	rm -rf $(VENV)
	$(if $(UV),$(UV) venv --quiet --seed --python '$(PYTHON)' $(VENV),'$(PYTHON)' -m venv $(VENV))
	@touch $@
