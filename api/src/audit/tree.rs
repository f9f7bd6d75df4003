//! The log as a Merkle tree: its nodes in the database, roots and proofs from them.
//!
//! `tlog_tiles` says which nodes a root or proof takes and puts them together; it asks for them in one call, so a dry run
//! tells which they are, and one query brings them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use sqlx::{PgConnection, Row};
use tlog_tiles::tlog::{
    self, Error as TreeError, Hash, HashReader, RecordProof, TreeProof, split_stored_hash_index, stored_hash_index,
    sub_tree_index,
};

/// Why the tree gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The database refused or went away.
    #[error("the log's tree can't be read now: {0}")]
    Database(#[from] sqlx::Error),
    /// A node is missing, or the question makes no sense for a tree of this size.
    #[error("the log's tree gives no such proof: {0}")]
    Tree(TreeError),
}

impl From<TreeError> for ProofError {
    fn from(error: TreeError) -> Self {
        Self::Tree(error)
    }
}

/// A hash as the database has it.
pub(crate) fn hash(column: &str, bytes: &[u8]) -> Result<Hash, sqlx::Error> {
    let bytes = bytes
        .try_into()
        .map_err(|source| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) })?;
    Ok(Hash(bytes))
}

/// Nodes of the tree, by their index in the order of storage.
#[derive(Debug, Default, Clone)]
pub struct Nodes(HashMap<u64, Hash>);

impl HashReader for Nodes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TreeError> {
        let node = |index| self.0.get(index).copied().ok_or(TreeError::IndexesNotInTree);
        indexes.iter().map(node).collect()
    }
}

/// Notes which nodes are asked for.
#[derive(Default)]
struct Asked(RefCell<BTreeSet<u64>>);

impl HashReader for Asked {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TreeError> {
        self.0.borrow_mut().extend(indexes);
        Ok(vec![Hash::default(); indexes.len()])
    }
}

impl Nodes {
    /// What these questions take, in two queries at most.
    async fn asked_by(
        connection: &mut PgConnection,
        questions: impl Fn(&Asked) -> Result<(), TreeError>,
    ) -> Result<Self, ProofError> {
        let asked = Asked::default();
        questions(&asked)?;
        Self::fetch(connection, asked.0.into_inner()).await
    }

    async fn fetch(connection: &mut PgConnection, indexes: impl IntoIterator<Item = u64>) -> Result<Self, ProofError> {
        let (mut levels, mut places, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        for index in indexes {
            match split_stored_hash_index(index) {
                (0, n) => leaves.push(position_of(n)),
                (level, n) => {
                    levels.push(i16::from(level));
                    places.push(n.cast_signed());
                }
            }
        }
        let mut nodes = Self::default();
        if !leaves.is_empty() {
            const LEAVES: &str = "SELECT position, leaf_hash FROM log WHERE position = ANY($1)";
            for row in sqlx::query(LEAVES).bind(leaves).fetch_all(&mut *connection).await? {
                let position: i64 = row.try_get("position")?;
                let leaf = hash("leaf_hash", row.try_get("leaf_hash")?)?;
                nodes.0.insert(stored_hash_index(0, index_of(position)), leaf);
            }
        }
        if !places.is_empty() {
            const INNER: &str =
                "SELECT t.level, t.n, t.hash FROM unnest($1::smallint[], $2::bigint[]) AS asked(level, n)
                                   JOIN log_tree t ON t.level = asked.level AND t.n = asked.n";
            for row in sqlx::query(INNER).bind(levels).bind(places).fetch_all(connection).await? {
                let (level, n): (i16, i64) = (row.try_get("level")?, row.try_get("n")?);
                let level = u8::try_from(level).unwrap_or(u8::MAX);
                nodes.0.insert(stored_hash_index(level, n.cast_unsigned()), hash("hash", row.try_get("hash")?)?);
            }
        }
        Ok(nodes)
    }
}

/// An event's place in the tree: positions begin at 1, leaves at 0.
pub(crate) fn index_of(position: i64) -> u64 {
    position.saturating_sub(1).max(0).cast_unsigned()
}

fn position_of(index: u64) -> i64 {
    index.saturating_add(1).cast_signed()
}

/// The leaf hash of an event.
pub async fn leaf(connection: &mut PgConnection, position: i64) -> Result<Hash, ProofError> {
    const LEAF: &str = "SELECT leaf_hash FROM log WHERE position = $1";
    let row = sqlx::query(LEAF).bind(position).fetch_one(connection).await?;
    Ok(hash("leaf_hash", row.try_get("leaf_hash")?)?)
}

/// The root of the tree of this size.
pub async fn root(connection: &mut PgConnection, size: u64) -> Result<Hash, ProofError> {
    let nodes = Nodes::asked_by(connection, |asked| tlog::tree_hash(size, asked).map(drop)).await?;
    Ok(tlog::tree_hash(size, &nodes)?)
}

/// That the events at these positions are in the tree of this size; one proof each, in the same order.
pub async fn inclusions(
    connection: &mut PgConnection,
    size: u64,
    positions: &[i64],
) -> Result<Vec<RecordProof>, ProofError> {
    let asked_for = |asked: &Asked| {
        positions.iter().try_for_each(|position| tlog::prove_record(size, index_of(*position), asked).map(drop))
    };
    let nodes = Nodes::asked_by(connection, asked_for).await?;
    let proof = |position: &i64| tlog::prove_record(size, index_of(*position), &nodes);
    Ok(positions.iter().map(proof).collect::<Result<_, _>>()?)
}

/// That the tree of one size begins with the tree of a smaller one.
pub async fn consistency(connection: &mut PgConnection, from: u64, to: u64) -> Result<TreeProof, ProofError> {
    let nodes = Nodes::asked_by(connection, |asked| tlog::prove_tree(to, from, asked).map(drop)).await?;
    Ok(tlog::prove_tree(to, from, &nodes)?)
}

/// A tree that grows leaf by leaf: the few nodes that the next root takes.
#[derive(Debug, Default, Clone)]
pub struct Frontier {
    size: u64,
    nodes: Nodes,
}

/// A node that became complete.
#[derive(Debug, Clone, Copy)]
pub struct Complete {
    /// How far above the leaves.
    pub level: u8,
    /// Its place in its level.
    pub n: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Frontier {
    /// The tree of this size, as its nodes are stored.
    pub async fn load(connection: &mut PgConnection, size: u64) -> Result<Self, ProofError> {
        Ok(Self { size, nodes: Nodes::fetch(connection, sub_tree_index(0, size, Vec::new())).await? })
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its root.
    pub fn root(&self) -> Result<Hash, TreeError> {
        tlog::tree_hash(self.size, &self.nodes)
    }

    /// Adds a leaf; the nodes above the leaves that it completes.
    pub fn push(&mut self, leaf: Hash) -> Result<Vec<Complete>, TreeError> {
        let hashes = tlog::stored_hashes_for_record_hash(self.size, leaf, &self.nodes)?;
        let place = self.size;
        self.size += 1;
        let complete = (0_u8..).zip(hashes).map(|(level, hash)| Complete { level, n: place >> level, hash });
        let complete: Vec<Complete> = complete.collect();
        // What is under a complete node is not asked for again.
        for under in complete.iter().take(complete.len() - 1) {
            self.nodes.0.remove(&stored_hash_index(under.level, under.n));
            self.nodes.0.remove(&stored_hash_index(under.level, under.n - 1));
        }
        if let Some(top) = complete.last() {
            self.nodes.0.insert(stored_hash_index(top.level, top.n), top.hash);
        }
        Ok(complete.into_iter().filter(|node| node.level > 0).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what they expect")]
mod tests {
    use super::*;

    fn leaf(n: u64) -> Hash {
        tlog::record_hash(&n.to_be_bytes())
    }

    /// The root as RFC 6962 defines it, word for word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => tlog::EMPTY_HASH,
            [one] => *one,
            _ => {
                let k = 1 << (leaves.len() - 1).ilog2();
                tlog::node_hash(defined(&leaves[..k]), defined(&leaves[k..]))
            }
        }
    }

    #[test]
    fn a_growing_tree_has_the_root_that_the_definition_gives_and_keeps_little() {
        let mut frontier = Frontier::default();
        let mut leaves = Vec::new();
        for n in 0..200 {
            assert_eq!(frontier.root().unwrap(), defined(&leaves), "{n} leaves");
            leaves.push(leaf(n));
            frontier.push(leaf(n)).unwrap();
            assert!(frontier.nodes.0.len() <= 8, "{} nodes for {n}", frontier.nodes.0.len());
        }
    }
}
