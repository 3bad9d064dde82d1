"""Counts that come as a file."""
