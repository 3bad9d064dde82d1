"""Entries handed from one contest to another."""
