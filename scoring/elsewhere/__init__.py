"""Posts of clips on other platforms, counted by hand: what they say, and what they earn."""
