-- No query looks for the packages of an owner. Those of a feature list are looked for only when the list is deleted.
-- Every new package had to write to both indexes.
DROP INDEX package_by_owner;
DROP INDEX package_by_feature_list;
