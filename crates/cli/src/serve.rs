//! `urbis serve`: a city with its command centre.

mod open;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, anyhow};
use urbis_core::PersonId;
use urbis_server::access::{Access, Account, Person, Role};
use urbis_server::{App, Atlas, BaseMap, BaseMapError, Doors, Drive, Driver, Parts, Server};
use urbis_units::Duration;

use crate::args::ServeArgs;
use crate::city;
use crate::config::{Config, keys};
use crate::exit::{Exit, Fault, OrExit};
use crate::report::ServerReporter;
use crate::say::{Lang, result};

/// Serves until told to end.
///
/// # Errors
/// [`Fault`] with the exit code.
pub(crate) fn serve(args: &ServeArgs, config: &Config, lang: Lang) -> Result<Exit, Fault> {
    let began = Instant::now();
    let address: IpAddr = config.text(&keys::ADDRESS).parse().or_exit(Exit::Config)?;
    // Before anything is opened: a server that must not start leaves nothing behind.
    let access = access(config, address).or_exit(Exit::Config)?;
    let opened = city::configured(config).or_exit(Exit::Input)?;
    let dir = config.some_text(&keys::CITY_DIR).map(Path::new);
    let base_map = base_map(config, &opened, dir).or_exit(Exit::Config)?;
    city::say_assumptions(&opened, lang);
    let open::Place { mut session, logbook, keyring, audit, told } =
        open::open(args, config, &opened, lang)?;
    for line in told {
        eprintln!("{line}");
    }
    session.commit().or_exit(Exit::Place)?;
    let start = session.now();
    let warm_up = Duration::from_seconds(config.int(&keys::WARM_UP) as i64);
    let drive = Drive {
        speed: config.real(&keys::SPEED),
        paused: config.yes(&keys::PAUSED),
        hurry_until: Some(start + warm_up),
    };
    let (driver, handle) = Driver::start(Box::new(session), drive).or_exit(Exit::Failed)?;
    let parts = Parts {
        handle,
        atlas: Atlas::new(opened.pack.clone()),
        assumptions: opened.assumptions.clone(),
        base_map,
        logbook,
        keyring,
        access,
        doors: Doors {
            address,
            hosts: config.list(&keys::HOSTS).to_vec(),
            origins: config.list(&keys::ORIGINS).to_vec(),
        },
        audit,
        reporter: Box::new(ServerReporter::new(&opened, start)),
    };
    let app = App::new(parts).or_exit(Exit::Failed)?;
    let socket = SocketAddr::new(address, config.int(&keys::PORT) as u16);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .or_exit(Exit::Failed)?;
    let served = runtime.block_on(async {
        let server = Server::bind(socket, app)
            .await
            .with_context(|| {
                format!("{socket}: cannot listen there; choose another with --port (0 takes any)")
            })
            .or_exit(Exit::Place)?;
        let at = server.address().or_exit(Exit::Failed)?;
        tracing::info!(address = %at, ready_s = began.elapsed().as_secs_f64(), "serving");
        announce(at, lang);
        server.run(end()).await.context("the listener failed").or_exit(Exit::Failed)
    });
    // Streams that are still open end with the runtime; the journal is committed by the driver.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    let city = driver.end();
    served?;
    city.ok_or_else(|| anyhow!("the city's thread failed; see the log")).or_exit(Exit::Failed)?;
    eprintln!(
        "{}",
        lang.pick("日志已写入,城市已停止。", "The journal is written, the city has stopped.")
    );
    Ok(Exit::Done)
}

/// Prints where to look and what to try.
fn announce(address: SocketAddr, lang: Lang) {
    let text = lang.pick(
        format!(
            "Urbis 指挥中心:http://{address}\n可以试试:关闭一条车道,看排队何时被发现;呼叫救护车并批准绿色通道;\
             接管一个路口;按下停止按钮。Ctrl-C 结束。\n"
        ),
        format!(
            "Urbis command centre: http://{address}\nTry: close a lane and see the queue noticed; \
             call an ambulance and approve its green corridor; take a junction by hand; press stop. \
             Ctrl-C ends.\n"
        ),
    );
    result(&text);
}

/// Done when the process is told to end.
async fn end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    if interrupted.await.is_err() {
        // Without a way to be told, the process ends only by force.
        std::future::pending::<()>().await;
    }
}

fn access(config: &Config, address: IpAddr) -> Result<Access, anyhow::Error> {
    let role = |name: &str| Role::named(name).context("roles are checked when they are read");
    let mut accounts = Vec::new();
    for entry in &config.people {
        let person = Person {
            id: PersonId(entry.id.clone()),
            name: entry.name.clone(),
            role: role(&entry.role)?,
            demo: false,
        };
        accounts.push(Account::new(person, &entry.token));
    }
    if let Some(token) = config.some_text(&keys::TOKEN) {
        let person = Person {
            id: PersonId("operator".to_owned()),
            name: "Operator".to_owned(),
            role: Role::Operator,
            demo: false,
        };
        accounts.push(Account::new(person, token));
    }
    Ok(Access::new(address, accounts, role(config.text(&keys::DEMO_ROLE))?)?)
}

/// The background map: what the configuration says, else what the city brings.
fn base_map(
    config: &Config,
    opened: &city::Opened,
    dir: Option<&Path>,
) -> Result<Option<BaseMap>, BaseMapError> {
    let kind = config.text(&keys::BASE_MAP_KIND);
    if kind != "none" {
        let (url, by) =
            (config.text(&keys::BASE_MAP_URL), config.text(&keys::BASE_MAP_ATTRIBUTION));
        return BaseMap::checked(kind, url, by, Path::new("")).map(Some);
    }
    let Some(own) = &opened.pack.city.base_map else { return Ok(None) };
    let folder = dir.unwrap_or(Path::new(""));
    BaseMap::checked(&own.kind, &own.url, &own.attribution, folder).map(Some)
}
