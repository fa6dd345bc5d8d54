"""The sandbox: a local stand-in for Redshift, for development and tests. It is not Redshift, and says so."""
