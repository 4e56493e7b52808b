"""What the chat must reach."""

#: The largest good value of each figure; of messages, in each place.
GOALS = {
    "card_p50_s": 0.6,
    "card_p95_s": 1.0,
    "press_p95_ms": 150.0,
    "choice_asks_site": 0.0,
    "inline_kept_p95_ms": 150.0,
    "messages_per_delivery_private": 2.0,
    "messages_per_delivery_group": 1.0,
    "bot_loop_stall_p99_ms": 50.0,
}
#: Told, with no goal: what one update costs.
TOLD = ("bot_cpu_ms_per_update",)


def met(name: str, value: float) -> bool:
    """Whether a figure reaches its goal; one without a goal does."""
    return name not in GOALS or value <= GOALS[name]


def at(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[round(share * (len(values) - 1))]
