"""Pictures and films that we draw: share cards, the award reel, their font."""
