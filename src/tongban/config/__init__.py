"""The only place that knows everything: settings, addresses, the API and the commands."""
