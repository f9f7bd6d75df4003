//! Builds every read model anew from the log, beside the live tables, and swaps them in.
