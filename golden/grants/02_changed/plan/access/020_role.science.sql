-- Holds privileges; users hold it.
CREATE ROLE "science";
