"""A contest to look at: sample clips, sample units, and a whole contest driven without a person."""
