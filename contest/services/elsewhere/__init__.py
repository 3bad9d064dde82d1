"""Posts of clips on other platforms: their links, their counts by hand, what counts of them."""
