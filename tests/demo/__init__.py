"""The whole product at work, with nothing but this machine: `make demo`."""
