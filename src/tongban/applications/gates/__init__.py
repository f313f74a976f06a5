"""Gates (出入证): passes of a community, verified by a guard in a second, also without a network."""
