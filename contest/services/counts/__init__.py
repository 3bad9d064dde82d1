"""What is counted on the Page: snapshots, the share ledger, corrections, anomalies."""
