"""Search from anywhere in the organisers' and reviewers' rooms."""
