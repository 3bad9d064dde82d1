"""Clips in a bucket: any server that speaks Amazon's S3 (Ceph, MinIO, Garage, R2, AWS)."""
