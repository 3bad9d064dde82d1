"""The public screens, and the read-only API."""
