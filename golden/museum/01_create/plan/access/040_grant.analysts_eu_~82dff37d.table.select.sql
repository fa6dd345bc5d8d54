-- because: reads
GRANT SELECT ON TABLE
  "museum of ""horrors"""."only a key",
  "museum of ""horrors"""."select",
  "museum of ""horrors"""."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx"
TO ROLE "analysts ""eu""";
