"""Results: computed, tallied twice, frozen, published, and what is made of them."""
