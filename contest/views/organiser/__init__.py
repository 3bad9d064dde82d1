"""The organisers' screens."""
