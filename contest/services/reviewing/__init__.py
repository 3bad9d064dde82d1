"""Decisions of reviewers that are held for some seconds and can be taken back in them."""
