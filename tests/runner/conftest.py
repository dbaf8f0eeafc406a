"""A platform for tests of the runner."""

import pytest

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.platform import Platform as ReferencePlatform


@pytest.fixture
def mock_platform() -> Platform:
    """Return a fresh mock as a target."""
    reference = ReferencePlatform()
    return Platform("mock", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=1)
