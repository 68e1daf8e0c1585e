"""Draws the report of a simulated class, made by the commands that an instructor runs."""

from __future__ import annotations

import io
import math
import random
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from grader.authoring import simulate
from grader.authoring.recording import record_topic
from grader.client.server import Server
from grader.commands.main import cli
from grader.course import Course
from grader.exercise import Exercise

TOPICS = ("tensors_and_probability", "optimisers", "transformers")
STUDENTS, SEED = 60, 7
SECRET = b"the pictures of the documentation"
BROKEN = "adam_step"  # those who are able fail it, as if its checks were wrong
ABSENT = 0.05  # share of what is not handed in
WIDTH, COLOURS = 1180, 256


class Popular(simulate.Deck):
    """Deals mistakes as classes make them: a few by many, most by few; and plants a broken exercise."""

    def behaviour(self, exercise: Exercise, ability: float, may_hang: bool) -> str:
        """Draw what one student does with one exercise."""
        able = 1 - ability if exercise.name == BROKEN else ability
        return super().behaviour(exercise, able, may_hang)

    def _next(self, module: str, exercise: Exercise) -> str:
        listed = self.ways.listed(module, exercise)
        if module != "mistakes" or not listed:
            return super()._next(module, exercise)
        weights = [1 / place**1.5 for place in range(1, len(listed) + 1)]
        return self.rng.choices(listed, weights)[0]


def run(*arguments: str) -> None:
    """Run a command of the grader's, as from a terminal."""
    cli(list(arguments), standalone_mode=False)


def write_report(course: Course, home: Path) -> Path:
    """Simulate a class, have it graded, and return the folder of its report."""
    topics = [course.topic(name) for name in TOPICS]
    with Server() as server:
        for topic in topics:
            record_topic(server, topic, SECRET).save(home / "keys" / f"{topic.id}.npz")
    simulate.Deck = Popular  # type: ignore[misc]
    simulate.simulate(topics, home / "class", STUDENTS, SEED)
    draws = random.Random(SEED)
    for file in sorted((home / "class").glob("*/*.*")):
        if draws.random() < ABSENT:
            file.unlink()
    results = str(home / "grades.json")
    held = ("--require-isolation", "none")  # the class is our own
    keys = ("--keys", str(home / "keys"), "--db", f"sqlite:///{home}/grades.db")
    run("grade", str(home / "class"), *keys, *held, "--json", results)
    run("report", results, "--pictures", *held, "--to", str(home / "report"), "--course", str(course.root))
    return home / "report"


def draw(browser: Browser, report: Path, target: Path) -> None:
    """Take pictures of the class, of a topic's exercises, of the topic, and of a student."""
    target.mkdir(exist_ok=True)
    (topic,) = (report / "topics").glob("*_optimisers.html")
    student = min(sorted((report / "students").glob("*.html")), key=mistake_and_picture)
    pages = {
        "index": (report / "index.html", "h1", 900),
        "exercises": (report / "index.html", "h2#exercises", 830),
        "topic": (topic, "h1", 860),
        "student": (student, "h1", 900),
    }
    for name, (file, start, height) in pages.items():
        page = browser.new_page(viewport={"width": WIDTH, "height": height})
        page.goto(file.as_uri())
        if name == "exercises":
            page.select_option("#topic", topic.stem)
        take(page, start, height, target / f"{name}.png")
        page.close()


def mistake_and_picture(page: Path) -> float:
    """Return how far down a student's page a mistake's sentence and a picture follow on each other."""
    text = page.read_text(encoding="utf-8")
    sentence = text.find('<p class="said key">')
    drawn = text.find("<svg", sentence)
    return drawn if 0 < sentence < drawn else math.inf


def take(page: Page, start: str, height: int, path: Path) -> None:
    """Take a picture of a page from an element on, in few colours."""
    top: Any = page.evaluate(
        "start => document.querySelector(start).getBoundingClientRect().top + scrollY", start
    )
    clip: Any = {"x": 0.0, "y": max(top - 16, 0.0), "width": float(WIDTH), "height": float(height)}
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip))).convert("RGB")
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
