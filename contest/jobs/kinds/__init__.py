"""Checks of entries that are no clip: the verdict, and what people see of them."""
