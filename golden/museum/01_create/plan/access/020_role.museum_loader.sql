-- Holds privileges; users hold it.
CREATE ROLE "museum_loader";
