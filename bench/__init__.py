"""Benchmarks behind the performance figures: ``python -m bench [NAME …]``."""
