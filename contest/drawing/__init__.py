"""Generated pictures and films: share cards, the award reel, their font."""
