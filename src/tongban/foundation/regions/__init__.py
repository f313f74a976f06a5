"""Administrative regions and the list of jurisdictions: the one shared app."""
