"""What a command costs includes what it leaves behind."""

import subprocess
import sys

import pytest

ORPHAN = """
import os, time
if os.fork() == 0:
    os.setsid()
    while time.process_time() < 0.5:
        pass
"""
MEASURE = f"""
import subprocess, sys
from benchmarks.cpu import cost_of
other = subprocess.Popen(["sleep", "60"])
print(cost_of([sys.executable, "-c", {ORPHAN!r}]).cpu_s)
other.kill()
"""


@pytest.mark.slow
def test_the_cpu_seconds_of_an_orphan_are_counted_and_other_children_are_not_waited_for():
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True, timeout=50
    )
    assert 0.5 <= float(answer.stdout) < 5
