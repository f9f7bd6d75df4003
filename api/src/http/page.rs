//! Lists come in pages: `?limit=` (1 to 200, 50 by default) and an opaque cursor.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// Most items of one page.
pub const LARGEST_PAGE: i64 = 200;

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Asks for the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts what was read with one item too many; its place, if there is more, becomes the cursor.
    pub fn cut<K: Serialize>(mut items: Vec<T>, limit: i64, place: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|last| write_cursor(&place(last)));
        Self { items, next_cursor }
    }
}

/// What a list's query says of its page; flatten-free, since query strings do not flatten.
#[derive(Debug, Clone, Copy)]
pub struct Paging<K> {
    /// How many at most.
    pub limit: i64,
    /// After which place.
    pub after: Option<K>,
}

impl<K: DeserializeOwned> Paging<K> {
    /// Reads `limit` and `cursor` of a query.
    pub fn read(limit: Option<i64>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(50);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::invalid("?limit", format!("must be between 1 and {LARGEST_PAGE}")));
        }
        let after = cursor.map(read_cursor).transpose()?;
        Ok(Self { limit, after })
    }
}

fn write_cursor(place: &impl Serialize) -> String {
    hex::encode(serde_json::to_vec(place).unwrap_or_default())
}

fn read_cursor<K: DeserializeOwned>(cursor: &str) -> Result<K, Problem> {
    let unknown = || Problem::invalid("?cursor", "is none that this list gave out; start without a cursor");
    let bytes = hex::decode(cursor).map_err(|_| unknown())?;
    if bytes.contains(&0) || bytes.windows(6).any(|window| window == b"\\u0000") {
        return Err(unknown());
    }
    serde_json::from_slice(&bytes).map_err(|_| unknown())
}

/// The query of a list that has no filters.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items at most (1 to 200, 50 by default).
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_cursor_leads_to_the_next_page_and_rubbish_nowhere() {
        let page = Page::cut(vec![1, 2, 3], 2, |item| *item);
        assert_eq!(page.items, [1, 2]);
        let next = Paging::<i32>::read(Some(2), page.next_cursor.as_deref()).unwrap();
        assert_eq!(next.after, Some(2));
        assert!(Page::cut(vec![1, 2], 2, |item| *item).next_cursor.is_none());
        assert!(Paging::<i32>::read(None, Some("zz")).is_err());
        assert!(Paging::<i32>::read(Some(0), None).is_err() && Paging::<i32>::read(Some(201), None).is_err());
    }
}
