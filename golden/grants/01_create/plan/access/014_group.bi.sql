-- Reads the tables; users are put into it by hand.
CREATE GROUP "bi";
