-- How many rows the last COPY of this session has loaded: the runtime commits only as many as it wrote.
SELECT pg_last_copy_count();
