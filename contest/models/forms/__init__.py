"""What a contest's own forms hold beside their fixed fields."""
