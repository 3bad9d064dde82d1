"""The guide: one file a page and language under ``texts/``, their order and what leads to them in
``contents.toml``. A page is known as ``role/slug``, the same in both languages.
"""
