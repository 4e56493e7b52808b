"""What people wish for in their own words: `words` is the vocabulary, `tokens` finds its words in a
text, `times` and `phrases` put them together, `segments` tells a wish from talk, `meaning` makes a
variant of it, `asked` gives each link of a message its own. Others import `procs.wishes` only."""
