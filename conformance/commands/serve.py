"""`wxconform serve`: run the reference platform behind HTTP."""

import argparse
import sys
from pathlib import Path

from conformance.targets.verdicts import ConfigurationError
from reference.identity import IdentityError, bundled, read
from reference.platform import Platform
from reference.platform.faults import find
from reference.platform.serve import ServeError, Serving, serve
from reference.platform.sqlite import StateError
from reference.platform.v2 import Deviation, deviations_named

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe how a platform can be served."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8080, help="the port to listen on; 0 picks a free one (default: 8080)")
    parser.add_argument(
        "--base-url", metavar="URL", help="what clients call this platform, if not by host and port; stands in download_urls"
    )
    parser.add_argument("--identity", metavar="DIR", help="whose keys to use (default: the bundled test identity)")
    parser.add_argument(
        "--key-mode",
        choices=("certificate", "public_key", "combined"),
        default="combined",
        help="what the platform signs with (default: combined)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep orders, refunds, notifications and whatever else has a life in FILE; nothing acknowledged is lost",
    )
    parser.add_argument(
        "--notify",
        choices=("post", "hold"),
        default="post",
        help="send notifications to their notify_url, or leave them to the control API (default: post)",
    )
    parser.add_argument(
        "--notify-host",
        action="append",
        default=[],
        metavar="HOST",
        help="send notifications to HOST too, not only to this machine; may be repeated",
    )
    parser.add_argument(
        "--settle-after",
        type=int,
        metavar="SECONDS",
        help="pay refunds, and payouts that are held up, out by themselves (default: when the control API says so)",
    )
    parser.add_argument("--allow-remote-control", action="store_true", help="open the control API on addresses other machines reach")
    parser.add_argument(
        "--tls", type=Path, metavar="DIR", help="offer HTTPS, and ask for client certificates; DIR/ca.pem is what a client must trust"
    )
    parser.add_argument("--sandbox-limit", type=int, metavar="N", help="requests a second the APIv2 sandbox takes (default: any number)")
    parser.add_argument(
        "--sandbox-deviations",
        metavar="NAMES",
        default="none",
        help="be as odd as the real APIv2 sandbox: all, none, or names with commas (default: none)",
    )
    parser.add_argument("--fault", metavar="ID", help="serve a platform with a seeded fault, to see it caught")


def main(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    try:
        serve(_serving(arguments), _say)
    except (ServeError, StateError, IdentityError) as error:
        raise ConfigurationError(str(error)) from error
    except KeyboardInterrupt:
        pass  # how a served platform is stopped from a keyboard; a signal may end it without one
    _say("stopped")
    return 0


def _serving(arguments: argparse.Namespace) -> Serving:
    if arguments.settle_after is not None and arguments.settle_after < 0:
        raise ConfigurationError(f"--settle-after {arguments.settle_after} lies in the past. Give seconds from 0.")
    if arguments.sandbox_limit is not None and arguments.sandbox_limit < 0:
        raise ConfigurationError(f"--sandbox-limit {arguments.sandbox_limit} is no number of requests. Give a whole number from 0.")
    return Serving(
        identity=bundled() if arguments.identity is None else read(Path(arguments.identity)),
        host=arguments.host,
        port=arguments.port,
        base_url=None if arguments.base_url is None else arguments.base_url.rstrip("/"),
        state=arguments.state,
        key_mode=arguments.key_mode,
        notify=arguments.notify,
        notify_hosts=tuple(arguments.notify_host),
        settle_after=arguments.settle_after,
        remote_control=arguments.allow_remote_control,
        kind=Platform if arguments.fault is None else find(arguments.fault).platform,
        sandbox_limit=arguments.sandbox_limit,
        sandbox_deviations=_deviations(arguments.sandbox_deviations),
        tls=arguments.tls,
    )


def _deviations(names: str) -> frozenset[Deviation]:
    try:
        return deviations_named(names)
    except ValueError as error:
        raise ConfigurationError(f"--sandbox-deviations: {error}") from error


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
