"""Metrics and health of a real stack, asked over the keeper's socket."""

from collections.abc import Awaitable, Callable

import pytest

from tests.process.conftest import PATIENCE
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack
from tests.unit.keeper.metrics.conftest import Endpoint

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_delivery_is_seen_in_the_metrics_and_the_stack_is_ready(
    healthy: Stack, meets: Callable[..., Awaitable[Person]]
) -> None:
    endpoint = Endpoint(healthy.state / "run" / "metrics.sock", healthy.db)
    before = endpoint.samples()
    ann = await meets()
    sent = await ann.sends(healthy.url(f"{CLIP}?n=metrics"))
    await ann.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)

    def grew(name: str) -> bool:
        return endpoint.samples().get(name, 0) > before.get(name, 0)

    for name in (
        'chapar_requests_ended_total{result="delivered"}',
        'chapar_request_delivery_seconds_count{source="download"}',
        'chapar_request_response_seconds_count{result="delivered"}',
        'chapar_job_run_seconds_count{kind="fetch",result="done"}',
        "chapar_egress_bytes_total",
    ):
        await healthy.until(lambda name=name: grew(name))
    now = endpoint.samples()
    assert (endpoint.gets("/livez"), endpoint.gets("/readyz")) == ((200, "ok\n"), (200, "ok\n"))
    assert now['chapar_workers{state="serving"}'] == 2
    assert min(now[f'chapar_worker_rss_bytes{{slot="{n}"}}'] for n in ("0", "1", "spare")) > 2**20
