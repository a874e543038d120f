"""`python -m tests.faults`: the long kill runs; what they do is in ledger."""

import sys

from tests.faults.ledger import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
