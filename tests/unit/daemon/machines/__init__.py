"""Commands to other machines."""
