"""Contests above and below one another."""
