-- Finds the staged rows that no stored row completed.
SELECT {{ operation }}
FROM {{ stage }}
WHERE {{ operation }} LIKE 'k%'
  OR {{ operation }} LIKE 'm%';
