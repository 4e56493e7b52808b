"""Power cuts: what the product writes is recorded, and each instant of it is made a cut."""
