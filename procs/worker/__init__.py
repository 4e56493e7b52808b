"""A worker: claims jobs, runs the engine, uploads, delivers; never receives updates."""
