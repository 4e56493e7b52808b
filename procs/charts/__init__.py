"""Charts as pictures: figures become a plan, and a process that ends draws it.

The bot and the commands import the plans (`use_charts`, `sponsor_charts`) and `chart_process`,
which starts `python -m procs.charts`. Only that process loads the plotting library: 88 MiB and 1.6
seconds of a core, which would stay in the bot for ever.
"""
