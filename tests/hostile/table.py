"""Print which attacks each level stops, as Markdown: `python tests/hostile/table.py`."""

from __future__ import annotations

import sys
from collections import Counter

from arena import GROUPS, Arena, attacks

from grader.sandbox import trial
from grader.sandbox.levels import Level


def main() -> None:
    """Run the whole corpus at every level that can be had here."""
    corpus = attacks()
    chosen = [Level(name) for name in sys.argv[1:]] or list(Level)
    levels = [level for level in chosen if trial.attempt(level).holds]
    stopped: Counter[tuple[str, Level]] = Counter()
    for level in levels:
        arena = Arena(level)
        for attack in corpus:
            result = arena.run(attack)
            stopped[attack.path.parent.name, level] += not result.evidence
            if result.evidence:
                broken = "BROKEN PROMISE " if attack.promised(level) else ""
                print(f"{broken}{level}: {attack.name}: {'; '.join(result.evidence)}", file=sys.stderr)
        arena.close()
    sizes = Counter(attack.path.parent.name for attack in corpus)
    print(f"| group | attacks | {' | '.join(levels)} |")
    print(f"|---|---|{'---|' * len(levels)}")
    for group in GROUPS:
        print(f"| {group} | {sizes[group]} | {' | '.join(str(stopped[group, level]) for level in levels)} |")
    sums = [sum(stopped[group, level] for group in GROUPS) for level in levels]
    print(f"| **all** | {len(corpus)} | {' | '.join(map(str, sums))} |")


if __name__ == "__main__":
    main()
