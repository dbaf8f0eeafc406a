"""`make bench`: every figure, one after the other; exits 1 when one is out of its bounds."""

import sys

from benchmarks import strategies

sys.exit(strategies.main())
