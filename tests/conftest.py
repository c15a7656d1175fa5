"""What every test stands on: keys for pseudonyms in a folder of the run's own, never the user's; no test is timed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

# The machines are shared: how long an example takes says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def keys_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings folders that hold nothing yet; commands that tests start inherit them."""
    place = str(tmp_path_factory.mktemp("settings"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", place)
        patch.setenv("APPDATA", place)
        yield
