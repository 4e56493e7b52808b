"""What a power cut loses: every act of the store, cut at thousands of its writes and syncs."""

import math
import sys

from tests.contract.crash_acts import ACTS
from tests.contract.power import power_cut

GOALS = {"powercut_lost": 0.0, "powercut_corrupt": 0.0}


def measure(cuts: int) -> dict[str, float]:
    """The figures of so many cuts in all. Needs strace; examples of what was lost are printed."""
    verdict = power_cut.measure(list(ACTS), math.ceil(cuts / len(ACTS)))
    for example in (*verdict.lost[:5], *verdict.corrupt[:5]):
        print(f"power cut: {example}", file=sys.stderr)
    return {
        "powercut_cuts": verdict.cuts,
        "powercut_lost": len(verdict.lost),
        "powercut_corrupt": len(verdict.corrupt),
    }
