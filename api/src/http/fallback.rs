//! What the API answers where no route is: 404, or 405 with `Allow` where the address exists.
//!
//! actix tells the two apart only within one resource, so the addresses are taken from the OpenAPI
//! document, which the routes themselves make.

use actix_web::dev::ResourceDef;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::{OpenApi, PathItem};

use crate::problem::{Code, Problem};

/// Every address of the API with the methods that it takes.
pub struct RouteTable(Vec<(ResourceDef, String)>);

impl RouteTable {
    /// The table of a document's routes.
    pub fn of(document: &OpenApi) -> Self {
        let routes = document.paths.paths.iter();
        Self(routes.map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item))).collect())
    }

    /// The methods that an address takes, if it is one.
    fn allowed(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(route, _)| route.is_match(path)).map(|(_, methods)| methods.as_str())
    }
}

fn methods(item: &PathItem) -> String {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let taken: Vec<_> = all.into_iter().filter_map(|(name, operation)| operation.as_ref().map(|_| name)).collect();
    taken.join(", ")
}

/// Answers a request that no route takes.
pub async fn no_such_route(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let table = request.app_data::<web::Data<RouteTable>>();
    match table.and_then(|table| table.allowed(request.path())) {
        Some(methods) => Err(Problem::new(
            Code::MethodNotAllowed,
            format!("{} is not possible here; this address takes {methods}.", request.method()),
        )
        .header(header::ALLOW, methods)),
        None => Err(Problem::new(Code::NotFound, "There is nothing at this address; /docs lists what there is.")),
    }
}
