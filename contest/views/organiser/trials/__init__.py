"""Dry runs of a contest."""
