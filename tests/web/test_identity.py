"""Whose process an owner of leases is."""

from __future__ import annotations

import subprocess
import sys

from velocity_web.processes.identity import is_dead, this_host, this_worker


def owner_that_ended() -> str:
    program = "from velocity_web.processes.identity import this_worker; print(this_worker())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_process_of_this_machine_that_ended_is_dead() -> None:
    assert not is_dead(this_worker())
    assert is_dead(owner_that_ended())


def test_a_process_of_another_machine_with_the_same_name_is_not_known_to_be_dead() -> None:
    name, boot, space = this_host().split("/")
    owner = owner_that_ended()
    elsewhere = owner.replace(boot, "00000000-0000-0000-0000-000000000000")
    assert elsewhere != owner
    assert elsewhere.startswith(f"{name}/") and f"/{space}:" in elsewhere
    assert not is_dead(elsewhere)
