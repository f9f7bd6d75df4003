//! Where the server is reached from outside: what the cookie is called, and which origin is ours.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;

/// The public side of this server.
#[derive(Debug, Clone, Default)]
pub struct Site {
    public_origin: Option<String>,
}

impl Site {
    /// The site as configured by its public URL; without one, whatever host a request names.
    pub fn new(public_url: Option<&str>) -> Self {
        let public_origin = public_url.map(|url| {
            let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
            let authority = rest.split('/').next().unwrap_or(rest);
            format!("{}://{}", scheme.to_ascii_lowercase(), authority.to_ascii_lowercase())
        });
        Self { public_origin }
    }

    fn is_https(&self) -> bool {
        self.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }

    /// The session cookie's name: host-bound under TLS.
    pub fn cookie_name(&self) -> &'static str {
        if self.is_https() { "__Host-konductro_session" } else { "konductro_session" }
    }

    /// The cookie that carries a session's token.
    pub fn session_cookie(&self, token: String, lifetime: time::Duration) -> Cookie<'static> {
        Cookie::build(self.cookie_name(), token)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https())
            .max_age(lifetime)
            .finish()
    }

    /// The cookie that makes a browser forget its session.
    pub fn forget_session_cookie(&self) -> Cookie<'static> {
        self.session_cookie(String::new(), time::Duration::ZERO)
    }

    /// The session token that a request carries.
    pub fn session_token(&self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.cookie_name()).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
    }

    /// Where people reach this server: as configured, else as the request names it.
    pub fn base_url(&self, request: &HttpRequest) -> String {
        match &self.public_origin {
            Some(origin) => origin.clone(),
            None => {
                let connection = request.connection_info();
                format!("{}://{}", connection.scheme(), connection.host())
            }
        }
    }

    /// Whether a browser says that the request comes from a page of ours. A client that is no browser
    /// sends neither header, and is not what a forged request could come from.
    pub fn is_same_origin(&self, request: &HttpRequest) -> bool {
        if let Some(fetch_site) = request.headers().get("sec-fetch-site")
            && fetch_site != "same-origin"
        {
            return false;
        }
        let Some(origin) = request.headers().get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str().map(str::to_ascii_lowercase) else { return false };
        if self.public_origin.as_deref() == Some(origin.as_str()) {
            return true;
        }
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
    }

    /// Whether the request was made on this very machine: by the address of the peer, with a local host
    /// name, and through no proxy. A header can take this away, never give it.
    pub fn is_loopback(request: &HttpRequest) -> bool {
        let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
        request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback())
            && !forwarded.iter().any(|name| request.headers().contains_key(*name))
            && request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(is_local_name)
    }
}

fn is_local_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn from(headers: &[(&'static str, &str)]) -> HttpRequest {
        let mut request = TestRequest::default();
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        request.peer_addr(([127, 0, 0, 1], 4000).into()).to_http_request()
    }

    #[test]
    fn https_binds_the_cookie_to_its_host() {
        assert_eq!(Site::new(Some("https://k.example/x")).cookie_name(), "__Host-konductro_session");
        assert_eq!(Site::new(Some("http://localhost:8080")).cookie_name(), "konductro_session");
    }

    #[test]
    fn another_origin_is_foreign_however_it_shows() {
        let site = Site::new(None);
        assert!(site.is_same_origin(&from(&[("host", "k:8080")])));
        assert!(site.is_same_origin(&from(&[("host", "k:8080"), ("origin", "http://k:8080")])));
        assert!(!site.is_same_origin(&from(&[("host", "k:8080"), ("origin", "http://evil.example")])));
        assert!(!site.is_same_origin(&from(&[("host", "k:8080"), ("origin", "null")])));
        assert!(!site.is_same_origin(&from(&[("host", "k:8080"), ("sec-fetch-site", "cross-site")])));
    }

    #[test]
    fn loopback_is_neither_forwarded_nor_renamed() {
        assert!(Site::is_loopback(&from(&[("host", "localhost:8080")])));
        assert!(Site::is_loopback(&from(&[("host", "[::1]:8080")])));
        assert!(!Site::is_loopback(&from(&[("host", "evil.example:8080")])));
        assert!(!Site::is_loopback(&from(&[("host", "localhost:8080"), ("x-forwarded-for", "127.0.0.1")])));
    }
}
