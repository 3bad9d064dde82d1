"""The staff's pages for their own accounts."""
