-- For those who look into the warehouse.
COMMENT ON {{ kind }} {{ name }} IS {{ text }};
