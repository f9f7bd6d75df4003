-- First-run set-up: one row. The code is kept as it is, so that every start prints the same one until it is
-- used; it goes with the set-up, and before that there is nothing behind it.
CREATE TABLE setup (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    code      text,
    -- Once set, set-up never opens again.
    closed_at timestamptz,
    CHECK (closed_at IS NULL OR code IS NULL)
);
INSERT INTO setup DEFAULT VALUES;
