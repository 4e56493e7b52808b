"""The processes of Chapar, and what they share."""
