"""``python -m tongban``."""

from tongban.config.cli import main

main()
