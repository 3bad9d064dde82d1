"""What organisers and the public look at: where the contest stands."""
