"""Letters: old Vietnamese encodings turned into Unicode, and text folded for comparing."""
