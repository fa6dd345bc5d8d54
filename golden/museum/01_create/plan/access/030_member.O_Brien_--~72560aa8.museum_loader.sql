-- O'Brien; -- works with the privileges of museum_loader.
GRANT ROLE "museum_loader" TO "O'Brien; --";
