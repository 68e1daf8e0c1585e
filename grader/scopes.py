"""The names that a piece of Python defines, and those that it needs: the one analyser of both.

Whoever takes code apart asks this: which statements an answer needs (a notebook's
session, a simulated student), and what a grader will not find (a file before it
is handed in). The code is never run.

Other questions are asked elsewhere: `audit.content.secret_names` wants the words
that only a solution contains, whatever their scope; `audit.rightness.names_used`
what a driver's compiled code mentions, attributes included.
"""

from __future__ import annotations

import ast
import functools
import symtable
from dataclasses import dataclass

# Scopes of which the names are looked up when the statement is run: "type parameter"
# is what 3.12 says, "type parameters" what 3.13 does.
AT_ONCE = {"class", "type parameter", "type parameters"}


@dataclass(frozen=True)
class Names:
    """The names of a module that some of its statements have to do with.

    Attributes:
        binds: are given a value when the statements are run.
        declared: are given a value by a function that declares them `global`.
        uses: must be there when the statements are run.
        later: are looked up only once what the statements define is called.
    """

    binds: frozenset[str]
    declared: frozenset[str]
    uses: frozenset[str]
    later: frozenset[str]


@functools.lru_cache(maxsize=4096)
def names_in(text: str) -> Names:
    """Return the names in statements of a module.

    Raises:
        SyntaxError, ValueError: `text` is no Python.
        RecursionError, MemoryError: it is nested too deeply.
    """
    # `symtable` tells scopes apart, and reads text only.
    table = symtable.symtable(ast.unparse(_Plain().visit(ast.parse(text))), "cell", "exec")
    symbols = table.get_symbols()
    binds = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    uses = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    now, later = _looked_up(table)
    return Names(frozenset(binds), frozenset(_declared(table)), frozenset(uses | now), frozenset(later))


def _looked_up(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the global names that scopes within use: at once, and only when they are called."""
    now: set[str] = set()
    later: set[str] = set()
    for child in table.get_children():
        own = {symbol.get_name() for symbol in child.get_symbols() if symbol.is_global()}
        at_once, called = _looked_up(child)
        if child.get_type() in AT_ONCE or child.get_name() == "genexpr":
            now |= own | at_once
            later |= called
        else:
            later |= own | at_once | called
    return now, later


def _declared(table: symtable.SymbolTable) -> set[str]:
    """Return the global names to which scopes within give a value."""
    found: set[str] = set()
    for child in table.get_children():
        for symbol in child.get_symbols():
            if symbol.is_declared_global() and (symbol.is_assigned() or symbol.is_imported()):
                found.add(symbol.get_name())
        found |= _declared(child)
    return found


class _Plain(ast.NodeTransformer):
    """Makes every comprehension a generator, and every f-string a tuple of what it shows.

    They use the same names. But from 3.12 on, Python tells the variables of a list's,
    set's or dict's comprehension as if the scope around bound them; and 3.11 cannot
    write every f-string anew.
    """

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(_tuple([node.key, node.value]), node.generators))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return self.generic_visit(_tuple(node.values))

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        return self.generic_visit(_tuple([node.value, *([node.format_spec] if node.format_spec else [])]))


def _tuple(values: list[ast.expr]) -> ast.Tuple:
    return ast.Tuple(values, ast.Load())
