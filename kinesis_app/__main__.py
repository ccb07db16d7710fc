"""``python -m kinesis_app`` is ``kinesis-app``."""

from kinesis_app.cli import main

raise SystemExit(main())
