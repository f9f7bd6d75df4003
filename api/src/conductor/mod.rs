//! Conductor: how a turn becomes a prompt, a stream, and at last a text with its documents.
//!
//! `prompt` lays out what is sent, `openai` and `guided` answer it behind one port, `extract` finds
//! documents in what streams back, `turn` runs one turn from end to end, `stories` reads the answers that are stories. Nothing here changes a fact:
//! whoever runs a turn records its outcome by a command. Models are hostile input: what they send is
//! bounded, decoded leniently, and never believed to be whole unless they said so.

pub mod budget;
pub mod extract;
pub mod guided;
pub mod openai;
pub mod outcome;
pub mod price;
pub mod prompt;
pub mod stories;
pub mod turn;
