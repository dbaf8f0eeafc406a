"""Start the worker: `python -m conformance.fuzzing TARGET --phase PHASE …`."""

import sys

from conformance.fuzzing.worker import main

if __name__ == "__main__":
    sys.exit(main())
