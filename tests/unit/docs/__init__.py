"""docs/: what its pages say is so."""
