"""Cases of the language, one module per area; each runs on both sides (see case.py)."""
import importlib

from live import LiveTest

AREAS = ["lexical", "preprocessor", "declarations", "operators", "strings", "statements", "arrays", "statistics", "regex", "types",
         "at", "errors", "printing", "embedded"]


def module_of(area):
    """Its CASES, and perhaps OPTIONS and ARGUMENTS of the scripts that they make."""
    return importlib.import_module("language." + area)


def cases_of(area):
    return module_of(area).CASES


def check_all(side):
    """A test class with one test per area."""
    from language.case import check

    def one(area):
        module = module_of(area)
        words = getattr(module, "OPTIONS", []), getattr(module, "ARGUMENTS", [])
        return lambda self: check(self, module.CASES, side, *words)

    return type(side.capitalize(), (LiveTest,), {"test_" + area: one(area) for area in AREAS})
