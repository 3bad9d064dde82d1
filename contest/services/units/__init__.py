"""Units: who takes part, their ways in, and their import."""
