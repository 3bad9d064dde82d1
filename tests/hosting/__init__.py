"""One machine on the internet: scripts/install.sh and what it lays (docs/hosting.md)."""
