-- The highest number that a project's phases or stories have taken is the end of this index: finding the next one
-- must not cost more as a backlog grows.
create index claims_numbers on claims (scope, (length(key)), key);
