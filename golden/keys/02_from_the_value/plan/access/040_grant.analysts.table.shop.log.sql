-- because: reads
GRANT SELECT ON TABLE "shop"."log" TO ROLE "analysts";
