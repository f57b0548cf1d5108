# SPDX-License-Identifier: Apache-2.0
"""Random changes by the wire, and every question about totals after them, against the slow sum of ledger.py."""

import random

import pytest

import ledger
from registry import times


@pytest.mark.parametrize("seed", range(6))
def test_every_question_at_every_node(registry, client, seed):
    chance = random.Random(seed)
    played = ledger.play(client, chance, operations=times(150), every=times(50))
    registry.stop()
    registry.assert_check_clean()
    registry.start()
    played.compare(registry.client(), [(2, 2), (0, 1)], chance)
