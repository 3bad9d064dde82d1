"""Persons: what they ask for, and what is done with data that concern them."""
