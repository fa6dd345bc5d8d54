-- streamplan_loader works with the privileges of shop_loader.
GRANT ROLE "shop_loader" TO "streamplan_loader";
