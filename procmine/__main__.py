"""``python -m procmine``: the command line without its script."""

from __future__ import annotations

from procmine.cli import main

if __name__ == "__main__":
    main()
