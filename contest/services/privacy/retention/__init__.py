"""How long data of persons are kept: what goes when, exceptions, the daily sweep."""
