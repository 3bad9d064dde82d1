"""Dry runs: a contest played with its own rules and units, which vanishes when it ends."""
