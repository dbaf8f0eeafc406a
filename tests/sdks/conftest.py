"""The SDKs' environments and processes, made once a session, and a stage for each test."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference.platform import Platform
from reference.platform.signing import KeyMode
from tests.sdks.environments import Unavailable, node_modules, python_venv
from tests.sdks.protocol import Player
from tests.sdks.served import Served
from tests.sdks.stage import Stage

__all__: list[str] = []

_HERE = Path(__file__).parent
# The SDK reads a property of certificates that its own dependency has announced to remove, hence the upper bound.
_PYTHON = ("wechatpayv3==2.0.4", "cryptography>=43,<51", "requests>=2.32")
_PYTHON_V2 = ("wechatpy==1.8.18", "cryptography>=43", "requests>=2.32")
_NODE = "wechatpay-axios-plugin@0.9.6"
# The downloader of later versions verifies with a copy of the certificates that was made before it adds those it downloads.
_NODE_DOWNLOADER = "wechatpay-axios-plugin@0.8.14"


@pytest.fixture(params=["certificate", "public_key"])
def key_mode(request: pytest.FixtureRequest) -> KeyMode:
    """Which keys the platform uses."""
    mode: KeyMode = request.param
    return mode


@pytest.fixture(scope="session")
def wechatpayv3() -> Iterator[Player]:
    """The SDK wechatpayv3 in its own venv and process."""
    try:
        python = python_venv(_PYTHON)
    except Unavailable as missing:
        pytest.skip(f"wechatpayv3 is not available here: {missing}")
    yield from _playing((str(python), "-I", str(_HERE / "python_driver.py")), _PYTHON[0].partition("==")[2])


@pytest.fixture(scope="session")
def wechatpy() -> Iterator[Player]:
    """The SDK wechatpy in its own venv and process."""
    try:
        python = python_venv(_PYTHON_V2)
    except Unavailable as missing:
        pytest.skip(f"wechatpy is not available here: {missing}")
    yield from _playing((str(python), "-I", str(_HERE / "v2_python_driver.py")), _PYTHON_V2[0].partition("==")[2])


@pytest.fixture(scope="session")
def axios_downloader() -> Path:
    """The command line that comes with wechatpay-axios-plugin and downloads certificates."""
    folder = _modules(_NODE_DOWNLOADER)
    return folder / "node_modules" / "wechatpay-axios-plugin" / "bin" / "cli.js"


@pytest.fixture(scope="session")
def axios_plugin() -> Iterator[Player]:
    """The SDK wechatpay-axios-plugin in its own node_modules and process."""
    folder = _modules(_NODE)
    node = shutil.which("node")
    assert node is not None  # without it there is no folder
    yield from _playing((node, str(_HERE / "node_driver.cjs"), str(folder)), _NODE.partition("@")[2])


@pytest.fixture
def served(key_mode: KeyMode) -> Iterator[Served]:
    """A fresh platform on a port of this machine, on this machine's clock, for that is the SDKs' clock."""
    with Served(Platform(clock=time.time, key_mode=key_mode)) as served:
        yield served


@pytest.fixture
def stage(served: Served, request: pytest.FixtureRequest) -> Stage:
    """The served platform and the SDK that the module names as its ``SDK``."""
    stage = Stage(served, request.getfixturevalue(request.module.SDK))
    stage.begin()
    return stage


def _playing(command: tuple[str, ...], version: str) -> Iterator[Player]:
    player = Player(command)
    try:
        assert player.ask("hello")["sdk_version"] == version
        yield player
    finally:
        player.close()


def _modules(package: str) -> Path:
    try:
        return node_modules(package)
    except Unavailable as missing:
        pytest.skip(f"{package} is not available here: {missing}")
