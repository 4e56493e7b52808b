"""What buttons under media and status messages do, by the names that stand in their rows.

Workers and the bot make such buttons, and the bot's table of actions says who carries them out.
"""

#: What stands before a token in the data of a button, by which the router knows it.
TOKEN_PREFIX = "b:"
#: Ask for the media of a request anew, in the form that `variant` names, without its link.
AGAIN = "request-again"
#: Ask once more for the entries of a request's list that did not come.
MISSING = "list-missing"
#: Show the forms that there are of what a request's link (`url`, `site`, `key`) leads to.
OPEN_CARD = "card-open"
#: Of several links of one message: show the card of one in a message of its own; take the usual
#: form of all that are asked about.
CARD_APART, USUAL_OF_ALL = "card-apart", "cards-usual"
#: Follow the list that a request was shown.
FOLLOW = "follow-begin"
#: While a site is left alone: wait, take another form (`variant`) instead, let it go.
WAIT, INSTEAD, DROP = "later-wait", "later-instead", "later-drop"
