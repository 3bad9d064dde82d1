"""What there is to win and who wins it: prizes, and what each clip is worth by their measures."""
