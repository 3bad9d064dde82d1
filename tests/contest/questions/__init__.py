"""Questions of a contest's own."""
