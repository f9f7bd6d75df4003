-- People who can sign in. Names, addresses and passwords are here and never in an event, so that a person
-- can be erased while the log stays whole.
CREATE TABLE users (
    user_id       uuid PRIMARY KEY,
    name          text NOT NULL,
    email         text NOT NULL,
    -- The address in lower case: one account for each, however it is typed.
    email_key     text NOT NULL CONSTRAINT users_email_key UNIQUE,
    -- argon2id, as a PHC string.
    password_hash text NOT NULL,
    administrator boolean NOT NULL DEFAULT false,
    disabled      boolean NOT NULL DEFAULT false,
    -- The role that the sign-in page offers a demo person by; null for everybody else. Demo people have a
    -- published password, so they are let in from the machine itself only.
    demo_role     text,
    created_at    timestamptz NOT NULL
);
CREATE INDEX users_by_name ON users (lower(name), user_id);
