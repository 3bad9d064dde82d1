"""Marks and counts in, a ranking out: arithmetic that a losing unit can check by itself.

Standard library only; exact fractions inside, rounded once at the edge.
The algorithm in prose, and the schema of input and output: ``docs/scoring.md``.
"""

from scoring import bundle
from scoring.engine import compute
from scoring.errors import BundleError, InputError
from scoring.judging.strictness import strictness
from scoring.rounds.promotion import promote
from scoring.sensitivity import sensitivity

__all__ = ["BundleError", "InputError", "bundle", "compute", "promote", "sensitivity", "strictness"]
