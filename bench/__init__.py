"""Measurements. Speed is measured here, as ratios or beside a goal in one run, never in a test."""
