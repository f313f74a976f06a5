"""Keys sorted by time."""

from datetime import UTC, datetime, timedelta

from tongban.lib.ids import speakable_code, uuid7, uuid7_floor


def test_the_floor_of_a_moment_parts_older_keys_from_newer() -> None:
    key = uuid7()
    moment = datetime.fromtimestamp((key.int >> 80) / 1000, UTC)  # of the key itself: it may run ahead of the clock
    assert key.version == uuid7_floor(moment).version == 7
    assert uuid7_floor(moment - timedelta(milliseconds=2)) < key < uuid7_floor(moment + timedelta(milliseconds=2))


def test_codes_can_be_read_aloud() -> None:
    assert not set("0O1ILU") & set(speakable_code(500))
