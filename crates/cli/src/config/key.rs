//! All settings, in one table.

use std::net::IpAddr;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A file or folder.
    Path,
    /// An IP address.
    Address,
    /// A whole number from the first to the second.
    Int(u64, u64),
    /// A number from the first to the second.
    Real(f64, f64),
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Texts.
    List,
    /// A time of day, `HH:MM`, or nothing.
    TimeOfDay,
}

impl Kind {
    /// The kind in words.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Address => "an IP address".to_owned(),
            Self::Int(low, high) => format!("a whole number from {low} to {high}"),
            Self::Real(low, high) => format!("a number from {low} to {high}"),
            Self::Bool => "true or false".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::List => "a list of texts".to_owned(),
            Self::TimeOfDay => "a time of day such as \"07:30\"".to_owned(),
        }
    }
}

/// A value of some kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A text, path, address, word or time; empty when not set.
    Text(String),
    /// A whole number.
    Int(u64),
    /// A number.
    Real(f64),
    /// Yes or no.
    Bool(bool),
    /// Texts.
    List(Vec<String>),
}

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// `section.name`.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// Default, as text; empty for none.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Whether its value must not be shown.
    pub secret: bool,
}

impl Key {
    const fn new(
        name: &'static str,
        kind: Kind,
        default: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, kind, default, help, secret: false }
    }

    /// Section and name.
    pub(crate) fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').expect("every key of the table has a section")
    }

    /// The environment variable that stands for it.
    pub(crate) fn variable(&self) -> String {
        format!("URBIS_{}", self.name.replace('.', "_").to_uppercase())
    }

    /// The default as a value.
    pub(crate) fn default_value(&self) -> Value {
        self.read(self.default).expect("defaults of the table are of their kind; a test reads all")
    }

    /// Reads a value from text, as it stands in a variable or after a flag.
    ///
    /// # Errors
    /// What was found instead, in words.
    pub(crate) fn read(&self, text: &str) -> Result<Value, String> {
        let found = || format!("{text:?}");
        match self.kind {
            Kind::Int(..) => {
                let number = text.trim().parse::<u64>().map_err(|_not_a_number| found())?;
                self.check(Value::Int(number))
            }
            Kind::Real(..) => {
                let number = text.trim().parse::<f64>().map_err(|_not_a_number| found())?;
                self.check(Value::Real(number))
            }
            Kind::Bool => match text.trim() {
                "true" | "1" | "yes" => Ok(Value::Bool(true)),
                "false" | "0" | "no" => Ok(Value::Bool(false)),
                _ => Err(found()),
            },
            Kind::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Ok(Value::List(items.map(str::to_owned).collect()))
            }
            _ => self.check(Value::Text(text.to_owned())),
        }
    }

    /// Checks that a value is of this key's kind.
    ///
    /// # Errors
    /// What was found instead, in words.
    pub(crate) fn check(&self, value: Value) -> Result<Value, String> {
        let fits = match (&self.kind, &value) {
            (Kind::Int(low, high), Value::Int(number)) => (low..=high).contains(&number),
            (Kind::Real(low, high), Value::Real(number)) => (low..=high).contains(&number),
            (Kind::Real(low, high), Value::Int(number)) => {
                (*low..=*high).contains(&(*number as f64))
            }
            (Kind::Bool, Value::Bool(_)) | (Kind::List, Value::List(_)) => true,
            (Kind::Text | Kind::Path, Value::Text(_)) => true,
            (Kind::Address, Value::Text(text)) => text.parse::<IpAddr>().is_ok(),
            (Kind::Choice(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Kind::TimeOfDay, Value::Text(text)) => text.is_empty() || minute_of(text).is_some(),
            _ => false,
        };
        if fits { Ok(value) } else { Err(shown(&value)) }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Int(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::List(items) => format!("{items:?}"),
    }
}

/// Minute of the day of `HH:MM`.
pub(crate) fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

macro_rules! keys {
    ($($(#[$attribute:meta])* $constant:ident = $key:expr;)+) => {
        $($(#[$attribute])* pub(crate) static $constant: Key = $key;)+
        /// All keys, section by section.
        pub(crate) static ALL: &[&Key] = &[$(&$constant),+];
    };
}

const SHARE: Kind = Kind::Real(0.0, 0.9);

keys! {
    /// Address to listen on.
    ADDRESS = Key::new("server.address", Kind::Address, "127.0.0.1",
        "address to listen on; any other than loopback needs a token");
    /// Port to listen on.
    PORT = Key::new("server.port", Kind::Int(0, 65_535), "8787",
        "port to listen on; 0 takes any free one");
    /// Token of the one account `operator`.
    TOKEN = Key { secret: true, ..Key::new("server.token", Kind::Text, "",
        "token of one account `operator`; several accounts go into [[access.people]]") };
    /// Names of this server.
    HOSTS = Key::new("server.hosts", Kind::List, "",
        "names by which this server is reached besides its address (a reverse proxy's name)");
    /// Foreign origins.
    ORIGINS = Key::new("server.origins", Kind::List, "",
        "origins of other pages that may use the interface, such as http://localhost:5173");
    /// Role without a token on loopback.
    DEMO_ROLE = Key::new("access.demo_role", Kind::Choice(&["viewer", "operator", "dispatcher"]),
        "operator", "role of whoever comes without a token on loopback; dispatchers see patients");
    /// Folder of the city.
    CITY_DIR = Key::new("city.dir", Kind::Path, "",
        "folder of the city: a city pack, CityFlow's or City Brain Challenge's files; the embedded city when empty");
    /// Flow instead of the city's own demand.
    CITY_FLOW = Key::new("city.flow", Kind::Path, "",
        "flow that stands in for the city's own demand");
    /// Kind of base map.
    BASE_MAP_KIND = Key::new("city.base_map_kind", Kind::Choice(&["none", "wmts", "pmtiles"]),
        "none", "kind of background map of the city's own");
    /// Address of the base map.
    BASE_MAP_URL = Key::new("city.base_map_url", Kind::Text, "",
        "address of the background map, with {z}, {x}, {y} for wmts; for pmtiles also a file");
    /// Source of the base map.
    BASE_MAP_ATTRIBUTION = Key::new("city.base_map_attribution", Kind::Text, "",
        "whom to name as the background map's source");
    /// Speed.
    SPEED = Key::new("clock.speed", Kind::Real(0.5, 60.0), "5",
        "city seconds per second of a simulated city");
    /// Paused at start.
    PAUSED = Key::new("clock.paused", Kind::Bool, "false", "whether the city clock starts paused");
    /// Start of the simulated day.
    START = Key::new("clock.start", Kind::TimeOfDay, "",
        "local time at which a simulated day begins; the city's own when empty");
    /// Warm-up.
    WARM_UP = Key::new("clock.warm_up_s", Kind::Int(0, 3600), "300",
        "city seconds played as fast as they go at the start, so that streets are not empty");
    /// Hours of demand.
    HOURS = Key::new("clock.hours", Kind::Int(1, 24), "6",
        "hours of demand drawn at the start; later ones are drawn as the clock comes to them");
    /// Seed.
    SEED = Key::new("brain.seed", Kind::Int(0, 4_294_967_295), "1",
        "seed of everything random on the brain's side and of the sensors; `urbis run` takes 0 unless it is set");
    /// Counterfactual.
    COUNTERFACTUAL = Key::new("brain.counterfactual", Kind::Bool, "true",
        "whether the city also runs without the brain, for comparison");
    /// Give way.
    GIVE_WAY = Key::new("brain.give_way", Kind::Bool, "true",
        "whether drivers give way to sirens");
    /// Auto approve.
    AUTO_APPROVE = Key::new("brain.auto_approve", Kind::Bool, "false",
        "whether policy approves the recommended option of every proposal at once");
    /// Threads for rehearsals.
    THREADS = Key::new("brain.threads", Kind::Int(0, 64), "2",
        "threads that run rehearsals beside the city; 0 runs them on the city's own");
    /// Interval of detectors.
    INTERVAL = Key::new("sensing.interval_s", Kind::Int(1, 300), "5",
        "seconds a detector adds up before it reports");
    /// Missed vehicles.
    MISSED = Key::new("sensing.missed_ratio", SHARE, "0.02",
        "share of vehicles a detector misses");
    /// Doubled vehicles.
    DOUBLED = Key::new("sensing.doubled_ratio", SHARE, "0.005",
        "share of vehicles a detector counts twice");
    /// Noise of speeds.
    SPEED_SD = Key::new("sensing.speed_sd_ratio", SHARE, "0.05",
        "relative standard deviation of a reported speed");
    /// Lost reports.
    LOST = Key::new("sensing.lost_ratio", SHARE, "0.01",
        "share of reports lost on the way");
    /// Delay of reports.
    DELAY = Key::new("sensing.delay_max_s", Kind::Real(0.0, 60.0), "2",
        "longest delay of a report, seconds");
    /// Dead detectors.
    DEAD = Key::new("sensing.dead_ratio", SHARE, "0.02", "share of detectors that are dead");
    /// Lost messages.
    MESSAGE_LOST = Key::new("sensing.message_lost_ratio", SHARE, "0.002",
        "share of the messages of signal controllers and ambulances lost on the way");
    /// Delay of messages.
    MESSAGE_DELAY = Key::new("sensing.message_delay_max_s", Kind::Real(0.0, 10.0), "0.5",
        "longest delay of such a message, seconds");
    /// Error of positions.
    PROBE_SD = Key::new("sensing.probe_sd_m", Kind::Real(0.0, 50.0), "3",
        "standard deviation of the position an ambulance reports, metres");
    /// Data folder.
    DATA_DIR = Key::new("data.dir", Kind::Path, "data",
        "folder of journal, keys and audit log; made if it is not there");
    /// Master key.
    MASTER_KEY = Key { secret: true, ..Key::new("data.master_key", Kind::Text, "",
        "key that wraps the keys of persons, 64 hexadecimal digits; master.key in the data folder when empty") };
    /// Loss accepted.
    ACCEPT_LOSS = Key::new("data.accept_loss", Kind::Bool, "false",
        "whether to go on after acknowledged records were damaged, losing them");
    /// Log format.
    LOG_FORMAT = Key::new("log.format", Kind::Choice(&["text", "json"]), "text",
        "lines for people or JSON for programs");
    /// Log level.
    LOG_LEVEL = Key::new("log.level", Kind::Text, "warn,urbis::decisions=info",
        "error, warn, info, debug, trace, or directives such as warn,urbis_server=debug; the default tells of trouble, and of proposals, decisions and outcomes");
}
