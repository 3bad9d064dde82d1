"""Databases of every release, filled by that release's own code, opened by today's."""
