"""Templates, components, static files, audiences and portal hooks. No models."""
