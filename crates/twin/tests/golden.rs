//! Snapshots of released versions can be read and go on to the same state.
//!
//! `UPDATE_GOLDEN=1` writes the fixture of the present version, once, when there is a new one.

mod common;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use urbis_twin::{SNAPSHOT_VERSION, Signals, Snapshot, Twin, TwinConfig, TwinError, Vehicle};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn hex(hash: [u8; 32]) -> String {
    hash.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

fn seed_city() -> Twin {
    let network = common::grid(1, 1);
    let demand = common::demand(&network, (1, 1), 9, 60);
    let config = TwinConfig { seed: 42, signals: Signals::Builtin, ..TwinConfig::default() };
    Twin::new(network, &demand, config).expect("the grid is sound")
}

/// What can be seen of a twin's traffic, whatever its state is made of: equal in every version.
fn seen(twin: &Twin) -> String {
    let vehicles: Vec<Vehicle> = twin.vehicles().collect();
    let bytes = postcard::to_stdvec(&(twin.clock_s(), vehicles, twin.metrics()))
        .expect("plain data always serializes");
    hex(*blake3::hash(&bytes).as_bytes())
}

#[test]
fn every_version_is_read_and_goes_on_alike() {
    let mut twin = seed_city();
    (0..80).for_each(|_| twin.step());
    let mut later = twin.clone();
    (0..80).for_each(|_| later.step());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let name = format!("snapshot-{SNAPSHOT_VERSION}.bin");
        std::fs::create_dir_all(fixture("")).expect("a folder");
        std::fs::write(fixture(&name), twin.snapshot().to_bytes()).expect("a file");
        std::fs::write(fixture("snapshot-later.txt"), seen(&later) + "\n").expect("a file");
    }
    let wanted = std::fs::read_to_string(fixture("snapshot-later.txt")).expect("part of the tree");
    let network = Arc::clone(twin.network());
    for version in 1..=SNAPSHOT_VERSION {
        let bytes = std::fs::read(fixture(&format!("snapshot-{version}.bin")));
        let bytes = bytes.expect("the fixture of every version is part of the tree");
        let snapshot = Snapshot::from_bytes(&bytes, &network).expect("every version is read");
        let mut old = Twin::from_snapshot(&network, snapshot).expect("of this network");
        if version == SNAPSHOT_VERSION {
            assert_eq!(bytes, twin.snapshot().to_bytes(), "the bytes of a version never change");
            assert_eq!(hex(old.state_hash()), hex(twin.state_hash()));
        }
        assert_eq!(seen(&old), seen(&twin), "version {version}");
        (0..80).for_each(|_| old.step());
        assert_eq!(seen(&old), wanted.trim(), "version {version}");
    }
}

#[test]
fn snapshots_of_other_networks_and_versions_are_refused() {
    let twin = seed_city();
    let bytes = twin.snapshot().to_bytes();
    let other = common::grid(2, 1);
    let refused = |result: Result<Snapshot, TwinError>, part: &str| {
        let message = result.expect_err("refused").to_string();
        assert!(message.contains(part), "{message}");
    };
    refused(Snapshot::from_bytes(&bytes, &other), "another network");
    let mut newer = bytes;
    newer[4..6].copy_from_slice(&(SNAPSHOT_VERSION + 1).to_le_bytes());
    let said =
        format!("has version {}, this program knows 1 to {SNAPSHOT_VERSION}", SNAPSHOT_VERSION + 1);
    refused(Snapshot::from_bytes(&newer, twin.network()), &said);
    newer[4..6].copy_from_slice(&[0, 0]);
    refused(Snapshot::from_bytes(&newer, twin.network()), "has version 0, this program knows 1");
    refused(Snapshot::from_bytes(b"nothing", twin.network()), "does not begin like one");
    let mut elsewhere =
        Twin::new(Arc::clone(&other), &urbis_network::Demand::default(), TwinConfig::default())
            .expect("nobody drives");
    assert!(elsewhere.restore(&twin.snapshot()).is_err());
}
