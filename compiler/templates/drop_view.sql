-- Drops the view {{ label }}: it goes, or it is made again since what it reads changes (H604).
-- A view holds no data.
DROP VIEW {{ view }};
