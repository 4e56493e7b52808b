"""A deterministic simulation of the store: eight actors, one clock, one database, every statement.

    make simulate                     # two million steps, with a seed of its own, which it prints
    make simulate SEED=7              # the same steps again, byte for byte
    make simulate SEED=7 STEPS=20000000

What is real: the database (an SQLite file with its log, one connection an actor), its gate (both
kernel locks), and every function of the product that the actors call: requests, withdrawals,
buttons, the lease table, seats, pauses, caps, breakers, visits, deliveries, the budget, references,
the keeper's rounds; of the worker also `deliver`, `settlement`, `admission` and `Pace`, of the bot
`FirstHand`, by which it sends known media itself. What is simulated lies outside of them: the
clock, the process table, the source of randomness, power, the site that is visited, and Telegram.

How a step is made: each actor runs in a thread of its own, and one of all threads runs. Before each
statement (`stepped_connection`), at the gate, and before and after each call to Telegram it hands
the turn over, and the next decision says who goes on, who dies there, how much time passes, or that
the power fails. A death is what `kill -9` leaves: the transaction is rolled back, what the process
knew is gone, its locks are free. A power cut leaves the log up to some commit that was on the disk
or later (`disk`), and another boot.

Decisions are drawn from a seed (`decisions`), an episode of a few thousand at a time, each episode
on a database of its own; so a failure is reproduced by the seed of its episode alone. At the end
of an episode the trouble ends: from there on everybody works in turn until nothing is left to do.

What is judged (`oracle`): after each commit the invariants by which backups are verified
(`procs.store.backups.invariants`), and that each row moved as it may: no lease is ended by who does
not hold it, nor is its progress written by them, who stands first in a line is claimed first,
nobody is claimed in a pause, no lease is taken back before its end from a worker that lives, a
fence only grows, a list ends behind its entries, and these come in their order, no request is lost,
what was over stays over, what a person was told stays true after a power cut. At each message
(`telegram_record`): that it is the first of its request's part in that chat, that it was paid for
from the budget, and that it is within Telegram's limits. At the end: that all requests are over,
and what was delivered is there once.

A failure is shrunk (`shrink`): decisions are left out as long as it stays the same failure, first
whole actors, then ever smaller pieces. What is left is told as a story (`story`), statement by
statement. `faults` are planted to prove that the simulation finds and shrinks them.
"""
