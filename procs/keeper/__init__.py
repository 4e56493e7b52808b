"""The keeper: takes back, sweeps, maintains the database. All it does is idempotent, and it carries
no jobs."""
