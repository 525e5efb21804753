//! `urbis serve`: a city with its command centre.

pub(crate) mod open;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, anyhow};
use tokio::runtime::Runtime;
use tokio::sync::oneshot::error::RecvError;
use urbis_core::{Opened, PersonId};
use urbis_server::access::{Access, Account, Person, Role};
use urbis_server::{
    App, Atlas, BaseMap, BaseMapError, Doors, Drive, Driver, Entrance, Parts, Server,
};
use urbis_units::{CityTime, Duration};

use crate::args::ServeArgs;
use crate::city;
use crate::config::{Config, TOKEN_MIN, keys};
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
    let entrance = Arc::new(entrance(config, address).or_exit(Exit::Config)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .or_exit(Exit::Failed)?;
    let socket = SocketAddr::new(address, config.int(&keys::PORT) as u16);
    let taken =
        || format!("{socket}: cannot listen there; choose another with --port (0 takes any)");
    let server = runtime.block_on(Server::bind(socket, Arc::clone(&entrance)));
    let server = server.with_context(taken).or_exit(Exit::Place)?;
    let at = server.address().or_exit(Exit::Failed)?;
    let opener = server.opener();
    let (city_is_there, wait) = tokio::sync::oneshot::channel();
    // Until the city is there the process ends as any other does; then it has a journal to close.
    let serving = runtime.spawn(server.run(async {
        let end: Result<_, RecvError> = wait.await;
        if let Ok(end) = end {
            Box::pin(end).await;
        }
    }));
    announce(at, lang);

    let opened = city::configured(config).or_exit(Exit::Input)?;
    let dir = config.some_text(&keys::CITY_DIR).map(Path::new);
    let base_map = base_map(config, &opened, dir).or_exit(Exit::Config)?;
    city::say_assumptions(&opened, lang);
    let open::Place { mut session, logbook, keyring, audit, told } =
        open::open(args, config, &opened, lang)?;
    for line in told {
        eprintln!("{line}");
    }
    for person in entrance.access().persons() {
        session.introduce(&person.id, &Opened::new(&person.name)).or_exit(Exit::Place)?;
    }
    session.commit().or_exit(Exit::Place)?;
    let start = session.now();
    let drive = drive(config, start);
    let (driver, handle) = Driver::start(Box::new(session), drive).or_exit(Exit::Failed)?;
    let parts = Parts {
        handle,
        atlas: Atlas::new(opened.pack.clone()),
        assumptions: opened.assumptions.clone(),
        base_map,
        logbook,
        keyring,
        entrance,
        audit,
        reporter: Box::new(ServerReporter::new(&opened, start)),
    };
    let app = App::new(parts).or_exit(Exit::Failed)?;
    let end = told_to_end(&runtime).or_exit(Exit::Failed)?;
    opener.open(app);
    tracing::info!(address = %at, ready_s = began.elapsed().as_secs_f64(), "serving");
    // Nobody waits where the listener has failed already; that is told below.
    let _ = city_is_there.send(end);
    let served = runtime
        .block_on(serving)
        .or_exit(Exit::Failed)
        .and_then(|served| served.context("the listener failed").or_exit(Exit::Failed));
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

/// How the clock begins to run.
fn drive(config: &Config, start: CityTime) -> Drive {
    let warm_up = Duration::from_seconds(config.int(&keys::WARM_UP) as i64);
    Drive {
        speed: config.real(&keys::SPEED),
        paused: config.yes(&keys::PAUSED),
        hurry_until: Some(start + warm_up),
    }
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

/// Done when the process is told to end, which is listened for from this call on.
///
/// # Errors
/// When the system does not let it listen.
#[cfg(unix)]
fn told_to_end(runtime: &Runtime) -> std::io::Result<impl Future<Output = ()> + Send + use<>> {
    use tokio::signal::unix::{SignalKind, signal};
    let _within = runtime.enter();
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Done when the process is told to end.
///
/// # Errors
/// None here.
#[cfg(not(unix))]
fn told_to_end(_: &Runtime) -> std::io::Result<impl Future<Output = ()> + Send + use<>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a way to be told, the process ends only by force.
            std::future::pending::<()>().await;
        }
    })
}

/// What every request must pass. Where no city folder can bring a base map, pages may be given out
/// before the city is there.
fn entrance(config: &Config, address: IpAddr) -> Result<Entrance, anyhow::Error> {
    let doors = Doors {
        address,
        hosts: config.list(&keys::HOSTS).to_vec(),
        origins: config.list(&keys::ORIGINS).to_vec(),
    };
    let entrance = Entrance::new(doors, access(config, address)?);
    if config.some_text(&keys::CITY_DIR).is_none() || config.text(&keys::BASE_MAP_KIND) != "none" {
        entrance.allow_tiles(configured_base_map(config)?.as_ref());
    }
    Ok(entrance)
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
        if token.chars().count() < TOKEN_MIN {
            return Err(anyhow!(
                "{}: server.token is shorter than {TOKEN_MIN} characters; take a longer one, such \
                 as 32 random digits",
                config.origin(&keys::TOKEN)
            ));
        }
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

fn configured_base_map(config: &Config) -> Result<Option<BaseMap>, BaseMapError> {
    let kind = config.text(&keys::BASE_MAP_KIND);
    if kind == "none" {
        return Ok(None);
    }
    let (url, by) = (config.text(&keys::BASE_MAP_URL), config.text(&keys::BASE_MAP_ATTRIBUTION));
    BaseMap::checked(kind, url, by, Path::new("")).map(Some)
}

/// The background map: what the configuration says, else what the city brings.
fn base_map(
    config: &Config,
    opened: &city::Opened,
    dir: Option<&Path>,
) -> Result<Option<BaseMap>, BaseMapError> {
    if let Some(configured) = configured_base_map(config)? {
        return Ok(Some(configured));
    }
    let Some(own) = &opened.pack.city.base_map else { return Ok(None) };
    let folder = dir.unwrap_or(Path::new(""));
    BaseMap::checked(&own.kind, &own.url, &own.attribution, folder).map(Some)
}
