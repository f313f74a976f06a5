"""People, organisations and their units, memberships, mandates, devices, API clients; who may do what."""
