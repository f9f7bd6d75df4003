//! Writes an export, piece by piece, as fast as it is read.

use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc::Sender;

use super::part::{Exported, Kept, Part, erasures, kept};
use super::{ExportError, Wanted, lines};
use crate::audit::heads::Head;
use crate::audit::tree;

/// An export that was declared, and whose declaration was signed.
pub(super) struct Export {
    pub(super) pool: PgPool,
    pub(super) wanted: Wanted,
    pub(super) head: Head,
    pub(super) earlier: Option<Head>,
    /// The declaration's.
    pub(super) position: i64,
    pub(super) up_to: i64,
}

type Pieces = Sender<Result<String, ExportError>>;

impl Export {
    /// Writes all of it. Events and texts come from the snapshot; the declaration is younger than that.
    pub(super) async fn write(self, snapshot: &mut PgConnection, pieces: &Pieces) -> Result<(), ExportError> {
        give(pieces, self.beginning().await?).await?;
        let erased = erasures(snapshot, self.wanted.project).await?;
        let mut part = Part::new(self.wanted.project, self.up_to);
        while let Some(events) = part.next(snapshot).await? {
            let named: Vec<_> = events.iter().flat_map(|event| event.texts.iter().copied()).collect();
            let texts = kept(snapshot, &named).await?;
            let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
            let proofs = tree::inclusions(&mut *self.pool.acquire().await?, self.head.size, &positions).await?;
            let mut piece = String::new();
            for (Exported { position, leaf, texts: named }, proof) in events.iter().zip(proofs) {
                piece.push_str(&lines::event(*position, &proof));
                piece.push_str(leaf);
                piece.push('\n');
                for hash in named {
                    match (texts.get(hash), erased.get(hash)) {
                        (Some(Kept::Whole { body, salt }), _) => {
                            piece.push_str(&lines::text(hash, salt.as_deref(), body));
                        }
                        (_, Some(position)) => piece.push_str(&lines::erased(hash, *position)),
                        // Whoever verifies finds it missing, which it is.
                        (_, None) => {}
                    }
                }
            }
            give(pieces, piece).await?;
        }
        Ok(())
    }

    async fn beginning(&self) -> Result<String, ExportError> {
        let mut connection = self.pool.acquire().await?;
        let mut text = lines::header(&self.wanted.key, self.wanted.project);
        text.push_str(&lines::checkpoint(&self.head.note));
        if let Some(earlier) = &self.earlier {
            let proof = match earlier.size {
                0 => Vec::new(),
                size => tree::consistency(&mut connection, size, self.head.size).await?,
            };
            text.push_str(&lines::earlier(&earlier.note, &proof));
        }
        let proofs = tree::inclusions(&mut connection, self.head.size, &[self.position]).await?;
        text.push_str(&lines::declaration(self.position, proofs.first().map_or(&[][..], Vec::as_slice)));
        for declaration in Part::of_one(self.position).next(&mut connection).await?.into_iter().flatten() {
            text.push_str(&declaration.leaf);
            text.push('\n');
        }
        Ok(text)
    }
}

async fn give(pieces: &Pieces, piece: String) -> Result<(), ExportError> {
    if piece.is_empty() {
        return Ok(());
    }
    pieces.send(Ok(piece)).await.map_err(|_| ExportError::HungUp)
}
