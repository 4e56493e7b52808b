"""The keeper: takes back, sweeps, checkpoints. All it does is idempotent; it carries no jobs."""
