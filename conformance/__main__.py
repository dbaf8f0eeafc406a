"""`python -m conformance` is `wxconform`."""

import sys

from conformance.cli import main

sys.exit(main())
