"""A load test of the whole product: people who come when they come, and all that becomes of it."""
