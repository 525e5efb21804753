//! What every request must pass: host, origin, the header of acts, who asks.
//!
//! # Source
//! DNS rebinding and cross-site request forgery: OWASP cheat sheets; `Sec-Fetch-Site`: W3C Fetch
//! Metadata.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::access::Access;
use crate::base_map::BaseMap;
use crate::problem::Problem;

/// Cookie of a signed-in browser.
pub(crate) const COOKIE: &str = "urbis_session";
/// WebSocket subprotocols: programs that cannot set headers put their token behind this prefix.
pub const TOKEN_PROTOCOL: &str = "urbis.token.";

/// Which names and origins a server answers to.
#[derive(Debug, Clone)]
pub struct Doors {
    /// Address it listens on.
    pub address: IpAddr,
    /// Names it has besides.
    pub hosts: Vec<String>,
    /// Origins of other pages that may use it.
    pub origins: Vec<String>,
}

impl Doors {
    /// Checks that a request means this server and does not come from another site.
    ///
    /// # Errors
    /// [`Problem::WrongHost`], [`Problem::WrongOrigin`].
    pub fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let named = uri.authority().map(ToString::to_string);
        let host = named
            .or_else(|| text(headers, header::HOST.as_str()).map(str::to_owned))
            .unwrap_or_default();
        if !self.is_ours(&host) {
            return Err(Problem::WrongHost(shown(&host)));
        }
        if let Some(origin) = text(headers, header::ORIGIN.as_str()) {
            let same = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
            if !same && !self.origins.iter().any(|ours| ours == origin) {
                return Err(Problem::WrongOrigin(shown(origin)));
            }
        } else if uri.path().starts_with("/api/")
            && matches!(text(headers, "sec-fetch-site"), Some("cross-site" | "same-site"))
        {
            return Err(Problem::WrongOrigin("another site".to_owned()));
        }
        Ok(())
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = without_port(host);
        if self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(name)) {
            return true;
        }
        let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
        if self.address.is_loopback() {
            return name.eq_ignore_ascii_case("localhost")
                || address.is_some_and(|address| address.is_loopback());
        }
        // A name could be rebound to this address by its owner; a bare address cannot.
        address.is_some() || name.eq_ignore_ascii_case("localhost")
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// What a stranger sent, cut to a length that does no harm in an answer.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The token of a request: `Authorization: Bearer`, or a WebSocket subprotocol.
fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = text(headers, header::AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    bearer.or_else(|| {
        let protocols = text(headers, header::SEC_WEBSOCKET_PROTOCOL.as_str())?;
        protocols.split(',').find_map(|one| one.trim().strip_prefix(TOKEN_PROTOCOL))
    })
}

/// The session of a browser.
fn session(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(
        |cookies| {
            cookies.split(';').find_map(|one| {
                let (name, value) = one.trim().split_once('=')?;
                (name == COOKIE).then_some(value)
            })
        },
    )
}

/// Paths that need nobody in particular: health for supervisors, and the way in.
const OPEN: [&str; 2] = ["/healthz", "/sign-in"];

/// What every request must pass, there before the city is.
#[derive(Debug)]
pub struct Entrance {
    doors: Doors,
    access: Access,
    content_policy: OnceLock<HeaderValue>,
}

impl Entrance {
    /// An entrance through `doors` for those whom `access` knows.
    pub const fn new(doors: Doors, access: Access) -> Self {
        Self { doors, access, content_policy: OnceLock::new() }
    }

    /// Who may use the interface.
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// Lets pages load tiles from `base_map`, or from nowhere else; the first call holds.
    pub fn allow_tiles(&self, base_map: Option<&BaseMap>) {
        let policy = content_policy(base_map.map(|map| map.url.as_str()));
        let policy = HeaderValue::from_str(&policy).expect("the policy's text is plain ASCII");
        self.content_policy.get_or_init(|| policy);
    }

    /// Whether pages may be given out: their content policy is known.
    pub(crate) fn is_open(&self) -> bool {
        self.content_policy.get().is_some()
    }

    /// The content policy of every answer; nothing at all before the base map is known.
    fn policy(&self) -> HeaderValue {
        let closed = || HeaderValue::from_static("default-src 'none'");
        self.content_policy.get().cloned().unwrap_or_else(closed)
    }
}

/// Passes a request on when it may be served, with the person who asks in its extensions, and
/// puts security headers on every answer.
pub(crate) async fn guard(
    State(entrance): State<Arc<Entrance>>,
    mut request: Request,
    next: Next,
) -> Response {
    let response = match admit(&entrance, &mut request) {
        Ok(()) => next.run(request).await,
        Err(refused) => *refused,
    };
    with_security_headers(response, &entrance.policy())
}

/// Lets a request in, with the person who asks in its extensions, or answers it.
pub(crate) fn admit(entrance: &Entrance, request: &mut Request) -> Result<(), Box<Response>> {
    let refuse = |problem: Problem| Box::new(problem.into_response());
    let path = request.uri().path();
    entrance.doors.check(request.uri(), request.headers()).map_err(refuse)?;
    if request.method() == Method::POST
        && path.starts_with("/api/")
        && text(request.headers(), "x-urbis-request") != Some("1")
    {
        return Err(refuse(Problem::NoRequestHeader));
    }
    if OPEN.contains(&path) {
        return Ok(());
    }
    let headers = request.headers();
    match entrance.access.who(token(headers), session(headers)) {
        Some(person) => {
            request.extensions_mut().insert(person);
            Ok(())
        }
        None if is_page(request) => {
            // The query may name the language.
            let query = request.uri().query().map_or(String::new(), |query| format!("?{query}"));
            let way_in = format!("/sign-in{query}");
            Err(Box::new(Redirect::to(&way_in).into_response()))
        }
        None => Err(refuse(Problem::NotSignedIn)),
    }
}

/// Whether a browser asks for a page, rather than a program for data.
fn is_page(request: &Request) -> bool {
    request.method() == Method::GET
        && !request.uri().path().starts_with("/api/")
        && takes_pages(request.headers())
}

/// Whether an answer may be a page for people.
pub(crate) fn takes_pages(headers: &HeaderMap) -> bool {
    text(headers, header::ACCEPT.as_str()).is_some_and(|types| types.contains("text/html"))
}

/// The content security policy: own scripts, workers and data only, and the city's base map.
pub(crate) fn content_policy(base_map: Option<&str>) -> String {
    let elsewhere = base_map.and_then(origin_of).map(|origin| format!(" {origin}"));
    let elsewhere = elsewhere.unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self'; worker-src 'self' blob:; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:{elsewhere}; \
         font-src 'self' data:; connect-src 'self'{elsewhere}; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Scheme and authority of an address, when they hold nothing that could end a policy's directive.
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let known = matches!(scheme, "http" | "https");
    (known && !authority.is_empty() && authority.chars().all(plain))
        .then(|| format!("{scheme}://{authority}"))
}

fn with_security_headers(mut response: Response, policy: &HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // Not `no-referrer`: a form would come from the origin `null`, and nobody could sign in.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn check(doors: &Doors, pairs: &[(&str, &str)]) -> Result<(), Problem> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                header::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        doors.check(&Uri::from_static("/api/v1/state"), &headers)
    }

    fn loopback() -> Doors {
        Doors { address: Ipv4Addr::LOCALHOST.into(), hosts: vec![], origins: vec![] }
    }

    #[test]
    fn a_name_that_was_rebound_to_loopback_is_refused() {
        let doors = loopback();
        for host in ["localhost:8787", "127.0.0.1:1", "127.0.0.1", "[::1]:8787", "LOCALHOST"] {
            assert_eq!(check(&doors, &[("host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.example:8787", "192.168.1.5:8787", "", "localhost.evil.example"] {
            let refused = check(&doors, &[("host", host)]);
            assert!(matches!(refused, Err(Problem::WrongHost(_))), "{host}");
        }
        let named = Doors { hosts: vec!["urbis.example".into()], ..loopback() };
        assert_eq!(check(&named, &[("host", "urbis.example:443")]), Ok(()));
    }

    #[test]
    fn another_site_cannot_ask() {
        let doors = loopback();
        let with = |name, value| check(&doors, &[("host", "localhost:8787"), (name, value)]);
        assert_eq!(with("origin", "http://localhost:8787"), Ok(()));
        assert_eq!(with("sec-fetch-site", "same-origin"), Ok(()));
        for origin in ["http://evil.example", "null", "http://localhost:5173"] {
            assert!(matches!(with("origin", origin), Err(Problem::WrongOrigin(_))), "{origin}");
        }
        assert!(with("sec-fetch-site", "cross-site").is_err());
        let dev = Doors { origins: vec!["http://localhost:5173".into()], ..loopback() };
        let pairs = [("host", "localhost:8787"), ("origin", "http://localhost:5173")];
        assert_eq!(check(&dev, &pairs), Ok(()));
    }

    #[test]
    fn a_token_comes_by_header_or_subprotocol_and_a_session_by_cookie() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "sec-websocket-protocol",
            HeaderValue::from_static("urbis.v1, urbis.token.abc"),
        );
        headers.insert("cookie", HeaderValue::from_static("a=b; urbis_session=xyz"));
        assert_eq!(token(&headers), Some("abc"));
        assert_eq!(session(&headers), Some("xyz"));
        headers.insert("authorization", HeaderValue::from_static("bearer  def"));
        assert_eq!(token(&headers), Some("def"));
    }

    #[test]
    fn the_content_policy_opens_only_the_base_map() {
        assert!(!content_policy(None).contains("http"));
        let policy = content_policy(Some("https://tiles.example/{z}/{x}/{y}.png"));
        assert!(policy.contains("connect-src 'self' https://tiles.example;"), "{policy}");
        assert!(!content_policy(Some("https://x; script-src *")).contains('*'));
    }
}
