"""What an organiser does in a unit's place: sends its clip, types its entry from paper."""
