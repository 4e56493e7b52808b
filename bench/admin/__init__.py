"""What the admins' parts cost: `make bench-admin`."""
