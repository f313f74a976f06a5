"""``python -m tongban_verify.witness``."""

import sys

from tongban_verify.witness.cli import main

sys.exit(main())
