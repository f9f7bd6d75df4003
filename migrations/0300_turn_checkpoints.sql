-- What has arrived of a reply that is still being written, a piece a row: if the server dies, whoever takes
-- the turn over ends it as interrupted, with this text. Gone once the reply has ended.
CREATE TABLE turn_checkpoints (
    turn_id uuid NOT NULL,
    attempt bigint NOT NULL CHECK (attempt > 0),
    piece   integer NOT NULL CHECK (piece >= 0),
    text    text NOT NULL,
    PRIMARY KEY (turn_id, attempt, piece)
);
