"""The staff: accounts, sign-in, sessions, second factor, invitations."""
