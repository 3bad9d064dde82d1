"""The organisers' pages of what is printed for many at once."""
