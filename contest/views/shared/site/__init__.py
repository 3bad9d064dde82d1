"""Routes of the site itself: assets, language, health and numbers, the components page."""
