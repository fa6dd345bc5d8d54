"""The compiler: connector specs and observed event schemas in, a plan of Redshift SQL out. It touches no warehouse."""
