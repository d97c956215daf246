"""What every test has: a store of its own, so that none finds what another made."""

import pytest


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_STORE", str(tmp_path / ".store"))
