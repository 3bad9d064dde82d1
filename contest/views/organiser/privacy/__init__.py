"""Screens of requests about personal data."""
