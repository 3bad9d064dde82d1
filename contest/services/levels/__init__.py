"""Contests above and below one another: their links, what is handed up, the whole as a tree."""
