"""Another yt-dlp: installed apart, tried, then swapped.

The keeper and `chapar engine` import it.
"""
