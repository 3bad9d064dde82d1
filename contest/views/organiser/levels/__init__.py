"""The organiser's screens of contests above and below, and of what goes between them."""
