"""What matters answers: verification, my data, the portal, the desk, the demo."""

from tongban.matters.handlers import demo, demo_services, held, keeping, materials, papers, portal, promises

__all__ = ["demo", "demo_services", "held", "keeping", "materials", "papers", "portal", "promises"]
