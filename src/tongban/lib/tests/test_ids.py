"""Keys sorted by time."""

from datetime import UTC, datetime, timedelta

from tongban.lib.ids import speakable_code, uuid7, uuid7_floor


def test_the_floor_of_a_moment_parts_older_keys_from_newer() -> None:
    key = uuid7()
    now = datetime.now(UTC)
    assert key.version == uuid7_floor(now).version == 7
    assert uuid7_floor(now - timedelta(seconds=5)) < key < uuid7_floor(now + timedelta(seconds=5))


def test_codes_can_be_read_aloud() -> None:
    assert not set("0O1ILU") & set(speakable_code(500))
