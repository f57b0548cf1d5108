# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a running registry on a folder of its own, stopped and checked at the end of every test."""

import pytest

from registry import Registry


def finish(registry):
    """Ends a registry's life: a clean stop, no sanitizer report, and the journal says the same as the tables."""
    try:
        registry.stop()
        registry.assert_log_clean()
        registry.assert_check_clean()
    finally:
        registry.close()


@pytest.fixture
def make_registry(tmp_path):
    """Starts as many registries as a test wants; each is finished when the test ends."""
    made = []

    def make(*options, name="", start=True, **settings):
        folder = tmp_path / (name or f"r{len(made)}")
        folder.mkdir(exist_ok=True)
        registry = Registry(folder, *options, **settings)
        made.append(registry)
        if start:
            registry.start()
        return registry

    yield make
    for registry in made:
        finish(registry)


@pytest.fixture
def registry(make_registry):
    """An empty registry with the small tree of units."""
    registry = make_registry()
    registry.plant()
    return registry


@pytest.fixture
def client(registry):
    return registry.client()


@pytest.fixture(scope="module")
def bulletin(tmp_path_factory):
    """The sample data over all divisions, submitted once by the command line. Tests only read it."""
    registry = Registry(tmp_path_factory.mktemp("bulletin"))
    registry.start()
    registry.load_sample()
    yield registry
    finish(registry)
