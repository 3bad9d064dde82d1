"""From one round to the next: who goes on, and the contest in which they do."""
