"""Browsers of people without an account that are told when a contest has news."""
