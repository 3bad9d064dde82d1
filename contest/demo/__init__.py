"""Sample clips and units, and the demo: a whole contest driven without human input."""
