//! What a request says in its address: ids in the path, named fields in the query.
//!
//! An id that is none can't be found: 404. A query that does not fit is 422 and names the parameter.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::body::shorten;
use crate::problem::{Code, Problem};

/// The parameters of the path, in order.
#[derive(Debug, Clone)]
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for InPath<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = web::Path::<T>::from_request(request, payload);
        Box::pin(async move {
            match path.await {
                Ok(path) => Ok(Self(path.into_inner())),
                Err(_) => Err(Problem::new(
                    Code::NotFound,
                    "There is nothing at this address: an id in it is not a UUID, or a name in it is unknown.",
                )),
            }
        })
    }
}

/// The parameters of the query.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read_query(request.query_string()).map(Self))
    }
}

fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    if query.to_ascii_lowercase().contains("%00") || query.contains('\0') {
        return Err(Problem::invalid("?", "must not contain the character U+0000"));
    }
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let text = error.inner().to_string();
        let named = text.split('`').nth(1).unwrap_or_default().to_owned();
        let name = match error.path().to_string() {
            path if path == "." => named,
            path => path,
        };
        Problem::invalid(format!("?{name}"), shorten(&text))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        limit: Option<u32>,
    }

    #[test]
    fn a_misfit_names_its_parameter() {
        assert_eq!(read_query::<Filter>("limit=7").unwrap().limit, Some(7));
        for (query, pointer) in [("limit=x", "?limit"), ("wrong=1", "?wrong"), ("limit=%00", "?")] {
            let problem = read_query::<Filter>(query).unwrap_err();
            assert_eq!(problem.document(None, None)["errors"][0]["pointer"], pointer, "{query}");
        }
    }
}
