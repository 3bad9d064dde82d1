"""The rules of a contest: from its plan, by forms, as TOML."""
