-- For lists that need the domain of every account, and nothing else of it. Its rows are much shorter than those
-- of the table.
CREATE INDEX account_domain_by_name ON account (username, domain);
