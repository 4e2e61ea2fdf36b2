"""Client for Carillon."""
