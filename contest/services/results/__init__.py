"""Results: computed, tallied twice, frozen, published; their documents, exports and cards."""
