"""``python -m tongban_verify``."""

import sys

from tongban_verify.cli import main

sys.exit(main())
