"""Opening a target that is a URL: with control API, without, and with nobody there."""

import time

import pytest

from conformance.runner.opening import open_target
from conformance.targets.verdicts import ConfigurationError, NotApplicable, Unreachable
from conformance.targets.world import ALL_POWERS
from reference.platform import NOON
from reference.platform.serve import Serving, running
from strategies.orders import lean


def test_every_check_has_a_world_of_its_own() -> None:
    """On a platform with control API each check starts at noon on an empty platform, and leaves the shared one untouched."""
    with running(Serving(port=0)) as (base_url, app):
        opened = open_target(base_url, None, None)
        for _ in range(2):
            platform = opened.platform(5, None)
            assert platform.capabilities >= ALL_POWERS
            assert platform.now() == NOON
            assert platform.certificates().is_accepted()
            platform.place(order := lean("native")).is_accepted()
            assert order.number == "wxc000000000001"
            platform.advance(86_400)
            platform.close_connections()
        with app.lock:
            assert not list(app.platform.store.orders())


def test_without_control_api_there_is_only_the_clock() -> None:
    """A platform without control API is judged as it is: its time is learnt, its world is not ours."""
    with running(Serving(port=0)) as (base_url, app):
        app.controlled = False
        app.platform.offset = 7200.0
        platform = open_target(base_url, None, None).platform(5, None)
        assert abs(platform.now() - time.time() - 7200) <= 2
        platform.place(lean("native")).is_accepted()
        with pytest.raises(NotApplicable, match=r"time-travel"):
            platform.advance(1)
        platform.close_connections()


def test_nobody_there_is_unreachable() -> None:
    """A host that does not answer is told at once, before anything is judged."""
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:9 does not answer"):
        open_target("http://127.0.0.1:9", None, None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "http://127.0.0.1:http", "http://[::1"])
def test_what_is_no_url_is_a_mistake(url: str) -> None:
    """A URL that cannot be one is a mistake of the person who typed it."""
    with pytest.raises(ConfigurationError, match=r"http://127\.0\.0\.1:8080"):
        open_target(url, None, None)
