//! What a server answers before its city is there.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::access::{Access, Role};
use crate::guard::{Doors, Entrance};
use crate::serve::Server;
use crate::toy::{self, Toy};

/// The whole answer to a GET of `path` under the name `host`.
async fn ask(address: std::net::SocketAddr, host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn pages_come_at_once_strangers_are_turned_away_and_the_rest_waits_for_the_city() {
    let address = std::net::Ipv4Addr::LOCALHOST.into();
    let doors = Doors { address, hosts: vec![], origins: vec![] };
    let access = Access::new(address, vec![], Role::Operator).unwrap();
    let entrance = Arc::new(Entrance::new(doors, access));
    entrance.allow_tiles(None);
    let server = Server::bind((address, 0).into(), entrance).await.unwrap();
    let (at, opener) = (server.address().unwrap(), server.opener());
    tokio::spawn(server.run(std::future::pending()));

    let health = ask(at, "localhost", "/healthz").await;
    assert!(health.starts_with("HTTP/1.1 503") && health.contains("opening"), "{health}");
    assert!(ask(at, "localhost", "/").await.starts_with("HTTP/1.1 200"));
    let stranger = ask(at, "evil.example", "/api/v1/session").await;
    assert!(stranger.starts_with("HTTP/1.1 421"), "{stranger}");
    assert!(stranger.contains("x-content-type-options: nosniff"), "{stranger}");

    let waiting = tokio::spawn(async move { ask(at, "localhost", "/api/v1/session").await });
    let (driver, app) = toy::app(Toy::new(), vec![]);
    opener.open(app);
    assert!(waiting.await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(ask(at, "localhost", "/healthz").await.starts_with("HTTP/1.1 200"));
    driver.end();
}
