//! Personal fields: sealed, opened, erased, and the journal's chain whole after it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use urbis_core::{Keyring, Opened, PersonId, PersonalError, Record, Sealed, SubjectId};
use urbis_store::{
    Access, Disk, FileKeyring, Journal, JournalOptions, LentKeyring, MasterKey, MemoryDisk,
    MemoryKeyring, opened_record, sealed_record, verify_on,
};
use urbis_units::CityTime;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn master() -> MasterKey {
    MasterKey::from_hex(HEX, "test").unwrap()
}

fn subject(name: &str) -> SubjectId {
    SubjectId(name.to_owned())
}

fn keyring_on(disk: &Arc<MemoryDisk>) -> FileKeyring {
    FileKeyring::open_on(disk.clone(), master()).unwrap()
}

#[test]
fn erasing_a_key_erases_the_person_and_leaves_the_chain_and_the_others() {
    let (log, keys) = (Arc::new(MemoryDisk::new()), Arc::new(MemoryDisk::new()));
    let (mut journal, _) = Journal::open_on(log.clone(), JournalOptions::default()).unwrap();
    let mut keyring = keyring_on(&keys);
    for name in ["ada", "grace"] {
        let sealed = keyring.seal(&subject(name), &Opened::new(format!("{name}'s name"))).unwrap();
        let record = Record::Person { person: PersonId(name.to_owned()), name: sealed };
        journal.append(CityTime::from_millis(0), &record).unwrap();
    }
    journal.commit().unwrap();
    keyring.erase(&subject("ada")).unwrap();
    drop(keyring);

    let mut keyring = keyring_on(&keys);
    let names: Vec<Sealed> = journal
        .read_from(1)
        .map(|entry| match entry.unwrap().record {
            Record::Person { name, .. } => name,
            other => panic!("unexpected {other:?}"),
        })
        .collect();
    assert_eq!(keyring.open(&names[0]), Err(PersonalError::Erased(subject("ada"))));
    assert_eq!(keyring.open(&names[1]).unwrap().reveal(), "grace's name");
    assert_eq!(
        keyring.seal(&subject("ada"), &Opened::new("again")),
        Err(PersonalError::Erased(subject("ada"))),
        "a key is never made twice"
    );
    assert_eq!(verify_on(log.as_ref()).unwrap().last_hash, journal.last_hash());
}

#[test]
fn no_personal_text_stands_in_the_clear_in_any_file() {
    let (log, keys) = (Arc::new(MemoryDisk::new()), Arc::new(MemoryDisk::new()));
    let (mut journal, _) = Journal::open_on(log.clone(), JournalOptions::default()).unwrap();
    let mut keyring = keyring_on(&keys);
    let secret = "12 Harbor Lane, apartment 7";
    let name = keyring.seal(&subject("s1"), &Opened::new(secret)).unwrap();
    let record = Record::Person { person: PersonId("p1".to_owned()), name };
    journal.append(CityTime::from_millis(0), &record).unwrap();
    journal.commit().unwrap();
    for disk in [&log, &keys] {
        for file in disk.list().unwrap() {
            let mut file = disk.open(&file, Access::Read).unwrap();
            let mut bytes = vec![0; file.size().unwrap() as usize];
            file.read_at(0, &mut bytes).unwrap();
            assert!(!bytes.windows(6).any(|window| window == &secret.as_bytes()[..6]));
        }
    }
}

#[test]
fn keys_survive_a_restart_and_a_new_master_key() {
    let disk = Arc::new(MemoryDisk::new());
    let mut keyring = keyring_on(&disk);
    let sealed: Vec<Sealed> = (0..20)
        .map(|n| keyring.seal(&subject(&format!("s{n}")), &Opened::new(format!("t{n}"))).unwrap())
        .collect();
    keyring.erase(&subject("s3")).unwrap();
    let other = MasterKey::random().unwrap();
    keyring.rewrap(other.clone()).unwrap();
    keyring.seal(&subject("late"), &Opened::new("x")).unwrap();
    drop(keyring);

    let refused = FileKeyring::open_on(disk.clone(), master()).unwrap_err();
    assert!(refused.to_string().contains("another master key"), "{refused}");
    let keyring = FileKeyring::open_on(disk, other).unwrap();
    assert_eq!(keyring.live(), 20);
    for (n, sealed) in sealed.iter().enumerate() {
        let opened = keyring.open(sealed).map(|it| it.reveal().to_owned());
        let erased = Err(PersonalError::Erased(subject("s3")));
        assert_eq!(opened, if n == 3 { erased } else { Ok(format!("t{n}")) });
    }
}

#[test]
fn erasing_a_person_without_a_key_keeps_them_from_ever_getting_one() {
    let disk = Arc::new(MemoryDisk::new());
    keyring_on(&disk).erase(&subject("nobody")).unwrap();
    let refused = keyring_on(&disk).seal(&subject("nobody"), &Opened::new("x"));
    assert_eq!(refused, Err(PersonalError::Erased(subject("nobody"))));
}

#[test]
fn an_altered_or_transplanted_field_does_not_open() {
    let mut keyring = MemoryKeyring::seeded(1);
    let sealed = keyring.seal(&subject("ada"), &Opened::new("Ada")).unwrap();
    for position in 0..sealed.bytes.len() {
        let mut altered = sealed.clone();
        altered.bytes[position] ^= 1;
        assert_eq!(keyring.open(&altered), Err(PersonalError::Altered(subject("ada"))));
    }
    let transplanted = Sealed { subject: subject("eve"), ..sealed.clone() };
    assert_eq!(keyring.open(&transplanted), Err(PersonalError::Altered(subject("eve"))));
    let short = Sealed { bytes: vec![1, 2, 3], ..sealed.clone() };
    assert_eq!(keyring.open(&short), Err(PersonalError::Altered(subject("ada"))));
    let newer = Sealed { version: 2, ..sealed };
    assert_eq!(keyring.open(&newer), Err(PersonalError::NewerVersion { found: 2, known: 1 }));
}

#[test]
fn sealing_is_the_same_in_every_replay_and_different_for_every_person_and_text() {
    let seal = |seed, who: &str, text: &str| {
        MemoryKeyring::seeded(seed).seal(&subject(who), &Opened::new(text)).unwrap().bytes
    };
    let first = seal(1, "ada", "text");
    assert_eq!(first, seal(1, "ada", "text"));
    for other in [seal(1, "ada", "Text"), seal(1, "eve", "text"), seal(2, "ada", "text")] {
        assert_ne!(first[..24], other[..24], "another nonce");
        assert_ne!(first[24..], other[24..], "another ciphertext");
    }
    assert_eq!(seal(1, "ada", "").len(), seal(1, "ada", "a longer text").len());
}

#[test]
fn texts_of_every_length_and_script_come_back_as_they_were() {
    let mut keyring = MemoryKeyring::seeded(9);
    for length in 0..70 {
        for text in ["a".repeat(length), "\u{80}".repeat(length), "杭州".repeat(length)] {
            let sealed = keyring.seal(&subject("x"), &Opened::new(text.clone())).unwrap();
            assert_eq!(keyring.open(&sealed).unwrap().reveal(), text);
        }
    }
}

#[test]
fn a_damaged_keys_file_is_named_and_no_second_key_is_made() {
    let disk = Arc::new(MemoryDisk::new());
    let mut keyring = keyring_on(&disk);
    keyring.seal(&subject("a"), &Opened::new("x")).unwrap();
    keyring.seal(&subject("b"), &Opened::new("x")).unwrap();
    drop(keyring);
    disk.open("keys", Access::Write).unwrap().write_at(128 + 70, &[0xFF; 3]).unwrap();
    let refused = FileKeyring::open_on(disk, master()).unwrap_err();
    assert!(refused.to_string().contains("slot 1 of the file keys is damaged"), "{refused}");
}

#[test]
fn a_master_key_is_made_once_and_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secrets").join("master.key");
    let keys = dir.path().join("keys");
    let made = MasterKey::from_file(&path).unwrap();
    let mut keyring = FileKeyring::open(&keys, made).unwrap();
    let sealed = keyring.seal(&subject("a"), &Opened::new("x")).unwrap();
    drop(keyring);
    let keyring = FileKeyring::open(&keys, MasterKey::from_file(&path).unwrap()).unwrap();
    assert_eq!(keyring.open(&sealed).unwrap().reveal(), "x");
    #[cfg(unix)]
    for file in [path, keys.join("keys")] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_is_no_master_key_is_refused() {
    for text in ["", "00", "zz", &HEX[1..], &format!("{}+1", &HEX[2..])] {
        let refused = MasterKey::from_hex(text, "URBIS_MASTER_KEY").unwrap_err().to_string();
        assert!(refused.contains("64 hexadecimal digits"), "{refused}");
    }
}

/// The file itself holds nonces drawn by chance: it was written once and is only read.
#[test]
fn a_key_file_of_version_1_is_read() {
    let folder = fixtures();
    let sealed = folder.join("keys-v1-sealed.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !sealed.exists() {
        let mut keyring = FileKeyring::open(folder.join("keys-v1"), master()).unwrap();
        let of_ada = keyring.seal(&subject("ada"), &Opened::new("Ada L.")).unwrap();
        keyring.seal(&subject("grace"), &Opened::new("gone")).unwrap();
        keyring.erase(&subject("grace")).unwrap();
        std::fs::write(&sealed, serde_json::to_string(&of_ada).unwrap() + "\n").unwrap();
    }
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("keys-v1/keys"), copy.path().join("keys")).unwrap();
    let keyring = FileKeyring::open(copy.path(), master()).unwrap();
    let of_ada: Sealed = serde_json::from_str(&std::fs::read_to_string(sealed).unwrap()).unwrap();
    assert_eq!(keyring.open(&of_ada).unwrap().reveal(), "Ada L.");
    let of_grace = Sealed { subject: subject("grace"), ..of_ada };
    assert_eq!(keyring.open(&of_grace), Err(PersonalError::Erased(subject("grace"))));
}

fn fixtures() -> std::path::PathBuf {
    std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
}

#[test]
fn a_whole_record_is_sealed_and_opens_as_it_was_until_its_person_is_erased() {
    let mut keyring = MemoryKeyring::seeded(3);
    for record in common::records() {
        let sealed = sealed_record(&mut keyring, &subject("ada"), &record).unwrap();
        assert_eq!(opened_record(&keyring, &sealed).unwrap(), record);
    }
    let newer = r#"{"schema": 65000, "record": {"of a later program": 1}}"#;
    let sealed = keyring.seal(&subject("ada"), &Opened::new(newer)).unwrap();
    let refused = opened_record(&keyring, &sealed).unwrap_err();
    assert!(matches!(refused, PersonalError::NewerSchema { found: 65000, .. }), "{refused}");
    for text in ["", "{}", "[1, 2]", r#"{"schema": 1}"#, r#"{"schema": 1, "record": {"x": 1}}"#] {
        let sealed = keyring.seal(&subject("ada"), &Opened::new(text)).unwrap();
        let refused = opened_record(&keyring, &sealed);
        assert_eq!(refused, Err(PersonalError::Altered(subject("ada"))), "{text:?}");
    }
    keyring.erase(&subject("ada")).unwrap();
    let gone = opened_record(&keyring, &sealed);
    assert_eq!(gone, Err(PersonalError::Erased(subject("ada"))));
}

#[test]
fn lent_keys_open_and_seal_as_their_owner_does_and_change_nothing_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = FileKeyring::open(dir.path(), master()).unwrap();
    let sealed = owner.seal(&subject("ada"), &Opened::new("Ada")).unwrap();
    let before = std::fs::read(dir.path().join("keys")).unwrap();
    let mut lent = LentKeyring::read(dir.path(), &master()).unwrap();
    assert_eq!(lent.open(&sealed).unwrap().reveal(), "Ada");
    assert_eq!(lent.seal(&subject("ada"), &Opened::new("Ada")).unwrap(), sealed);
    assert!(matches!(lent.seal(&subject("eve"), &Opened::new("x")), Err(PersonalError::Store(_))));
    lent.erase(&subject("ada")).unwrap();
    assert_eq!(lent.open(&sealed), Err(PersonalError::Erased(subject("ada"))));
    assert_eq!(std::fs::read(dir.path().join("keys")).unwrap(), before);
    assert_eq!(owner.open(&sealed).unwrap().reveal(), "Ada");
    owner.erase(&subject("ada")).unwrap();
    let later = LentKeyring::read(dir.path(), &master()).unwrap();
    assert_eq!(later.open(&sealed), Err(PersonalError::Erased(subject("ada"))));
}
