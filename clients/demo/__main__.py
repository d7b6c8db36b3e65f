"""`python -m clients.demo`: the same as `kaibiao demo`."""

import argparse
import sys
from pathlib import Path

from clients.demo.conductor import DemoOptions, run
from clients.demo.scripts import SCRIPTS


def main() -> None:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(description="Play one whole tender, from notice to award.")
    parser.add_argument("--folder", type=Path, default=Path("var/demo"))
    parser.add_argument("--procedure", choices=sorted(SCRIPTS), help="its short form")
    parser.add_argument("--ocds", type=Path, help="take the tender from this publication")
    parser.add_argument("--ocid", help="which contracting process of the publication")
    parser.add_argument("--as-cny", action="store_true", help="take figures as yuan")
    parser.add_argument("--fast", action="store_true", help="small files")
    options = parser.parse_args()
    sys.exit(
        run(
            DemoOptions(
                options.folder.absolute(),
                procedure=options.procedure,
                ocds=options.ocds,
                ocid=options.ocid,
                as_cny=options.as_cny,
                fast=options.fast,
            )
        )
    )


if __name__ == "__main__":
    main()
