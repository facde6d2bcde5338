"""Cases of the language, one module per area; each runs on both sides (see case.py)."""
import importlib

from live import LiveTest

AREAS = ["operators", "strings", "statements", "arrays", "statistics", "errors", "printing"]


def cases_of(area):
    return importlib.import_module("language." + area).CASES


def check_all(side):
    """A test class with one test per area."""
    from language.case import check

    def one(area):
        cases = cases_of(area)
        return lambda self: check(self, cases, side)

    return type(side.capitalize(), (LiveTest,), {"test_" + area: one(area) for area in AREAS})
