"""Helpers shared by all views."""
