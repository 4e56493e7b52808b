"""yt-dlp in processes of its own: a warm nursery forks one child for each job.

Workers use `procs.engine.client`, which imports no yt-dlp; the other modules run in the nursery and
in its children.
"""
