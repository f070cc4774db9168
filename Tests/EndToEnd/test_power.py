"""Power loss: what a client has read to its end is on the disk, even if the disk forgets all that was not fsynced."""
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from harness import ROOT, wait_until
from load import Load
from test_crashes import BUDGET, check

pytestmark = pytest.mark.skipif(
    not (os.access("/dev/fuse", os.W_OK) and shutil.which("fusermount3")), reason="needs FUSE: apt-get install fuse3")


@contextlib.contextmanager
def forgetful_disk(backing, mount):
    """A file system at `mount` that keeps in `backing` only what was fsynced; yields a function that cuts its power."""
    backing.mkdir(exist_ok=True)
    mount.mkdir(exist_ok=True)
    disk = subprocess.Popen(
        [sys.executable, str(ROOT / "Tests/Tools/lossyfs.py"), str(backing), str(mount), "--torn"],
        stdout=subprocess.PIPE, text=True)
    wait_until(lambda: os.path.ismount(mount), what="the mount")

    def cut():
        disk.send_signal(signal.SIGUSR1)
        assert disk.stdout.readline().startswith("power loss")

    try:
        yield cut
    finally:
        wait_until(lambda: subprocess.run(["fusermount3", "-u", str(mount)], capture_output=True).returncode == 0)
        disk.wait(10)


def test_after_power_loss_every_answer_that_was_read_has_its_row(gateways, soak):
    gateway = gateways(BUDGET)
    backing, mount = gateway.folder / "disk", gateway.folder / "data"
    key, finished, dice = None, {}, random.Random(3)
    for _ in range(60 if soak else 5):
        with forgetful_disk(backing, mount) as cut:
            gateway.start()
            key = key or gateway.key()
            with Load(gateway.port, key) as load:
                time.sleep(dice.uniform(0.2, 1.0))
                cut()
                time.sleep(0.05)
                gateway.kill()
            finished.update(load.finished)
        # The disk as it is when the power is back.
        with forgetful_disk(backing, mount):
            gateway.start()
            check(gateway, finished)
            assert gateway.stop() == 0
    assert len(finished) > (2_000 if soak else 100)
