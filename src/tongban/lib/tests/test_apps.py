"""Every app of the house runs its own configuration, so that its hooks, handlers and jobs are known."""

from django.apps import apps

from tongban.lib.apps import HouseApp


def test_every_app_of_the_house_is_configured_by_its_own_class():
    ours = [config for config in apps.get_app_configs() if config.name.startswith("tongban.")]
    assert ours
    assert [config.name for config in ours if not isinstance(config, HouseApp)] == []
