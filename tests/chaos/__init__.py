"""Everything goes wrong at once, and each request still gets its media once."""
