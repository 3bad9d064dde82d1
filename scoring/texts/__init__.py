"""How what a bundle holds is written."""
