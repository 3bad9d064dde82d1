"""Units: who takes part, their access links and codes, and their import."""
