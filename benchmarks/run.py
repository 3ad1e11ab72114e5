"""Every benchmark that needs nothing but the project: ``make bench``."""

from __future__ import annotations

import subprocess
import sys

for name in ("composer", "separation", "recognition", "night"):
    print(f"\n# python -m benchmarks.{name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
