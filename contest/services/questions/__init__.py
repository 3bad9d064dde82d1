"""A contest's own questions: what an answer may be, who may read it, the files among them."""
