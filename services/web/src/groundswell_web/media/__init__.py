"""Pictures of ideas, through the origin of the site."""
