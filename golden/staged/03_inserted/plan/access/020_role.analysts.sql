-- Holds privileges; users hold it.
CREATE ROLE "analysts";
