//! A signed head as it is read: a C2SP checkpoint with exactly one signature, by the key that is trusted.

use signed_note::{Note, NoteError, StandardVerifier, Verifier as _, VerifierList};
use tlog_tiles::{Checkpoint, Hash};

use super::verdict::{Fault, Finding};

/// A head whose signature holds.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedHead {
    /// Whose log it is.
    pub origin: String,
    /// How many events it had.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

/// Reads a head, and holds it against the public key line.
pub fn read(note: &str, key: &str) -> Result<SignedHead, Fault> {
    let altered = |what: &str| Finding::Altered.fault(None, what);
    let verifier = StandardVerifier::new(key)
        .map_err(|_| Finding::WrongKey.fault(None, "the key is no public key line, such as name+1a2b3c4d+AbCd…="))?;
    let name = verifier.name().to_owned();
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| altered("the checkpoint is no signed note"))?;
    // Whatever was added to the one signature would be held against nothing.
    if note.as_bytes() != parsed.to_bytes() || note.matches("\n— ").count() != 1 {
        return Err(altered("the checkpoint has more to it than one signature"));
    }
    match parsed.verify(&VerifierList::new(vec![Box::new(verifier)])) {
        Ok(_) => {}
        Err(NoteError::UnverifiedNote) => {
            return Err(Finding::WrongKey.fault(None, "the checkpoint was signed with another key"));
        }
        Err(_) => return Err(altered("the checkpoint's signature does not hold")),
    }
    let head = Checkpoint::from_bytes(parsed.text()).map_err(|_| altered("the checkpoint is none"))?;
    if head.origin() != name || !head.extension().is_empty() {
        return Err(altered("the checkpoint is another log's"));
    }
    Ok(SignedHead { origin: name, size: head.size(), root: *head.hash() })
}
