"""What units hand in that is no single file of theirs: sets of pictures, texts."""
