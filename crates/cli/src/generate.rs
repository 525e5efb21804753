//! `urbis generate` and `urbis import`: city packs.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use serde_json::json;
use urbis_city::{CityPack, GenerateOptions, write_pack};

use crate::args::{GenerateArgs, ImportArgs};
use crate::city;
use crate::exit::{Exit, Fault, OrExit};
use crate::say::{Lang, result};

/// Makes a city and writes its pack.
///
/// # Errors
/// [`Fault`] when the folder cannot be used.
pub(crate) fn generate(args: &GenerateArgs, lang: Lang) -> Result<Exit, Fault> {
    check_empty(&args.output)?;
    let options = GenerateOptions::new(args.seed, args.junctions as usize);
    let pack = urbis_city::generate(&options);
    write_pack(&pack, &args.output).or_exit(Exit::Place)?;
    tell(&pack, &args.output, args.json, lang);
    Ok(Exit::Done)
}

/// Turns a folder of CityFlow files into a pack.
///
/// # Errors
/// [`Fault`] when the folder is no such folder, or the output cannot be used.
pub(crate) fn import(args: &ImportArgs, lang: Lang) -> Result<Exit, Fault> {
    check_empty(&args.output)?;
    if !args.from.is_dir() {
        let message = format!(
            "{}: is not a folder; import reads folders of CityFlow files (roadnet*.json and a \
             flow). OpenStreetMap, SUMO and GTFS are not read yet",
            args.from.display()
        );
        return Err(anyhow!(message)).or_exit(Exit::Input);
    }
    if args.from.join("city.toml").exists() {
        let message = format!(
            "{}: is a city pack already; serve and run take it as it is (--city), import reads \
             folders of CityFlow files",
            args.from.display()
        );
        return Err(anyhow!(message)).or_exit(Exit::Input);
    }
    let opened = city::open(Some(&args.from), args.flow.as_deref()).or_exit(Exit::Input)?;
    city::say_assumptions(&opened, lang);
    write_pack(&opened.pack, &args.output).or_exit(Exit::Place)?;
    tell(&opened.pack, &args.output, false, lang);
    Ok(Exit::Done)
}

/// A pack is written only where nothing is lost.
fn check_empty(folder: &Path) -> Result<(), Fault> {
    let mut entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| folder.display().to_string()).or_exit(Exit::Place);
        }
    };
    if entries.next().is_some() {
        let message = format!("{}: is not empty; choose another folder", folder.display());
        return Err(anyhow!(message)).or_exit(Exit::Place);
    }
    Ok(())
}

fn tell(pack: &CityPack, folder: &Path, as_json: bool, lang: Lang) {
    let network = &pack.network;
    let signals = network.signalized().count();
    if as_json {
        let numbers = json!({
            "name": {"zh": pack.city.name.zh, "en": pack.city.name.en},
            "folder": folder.display().to_string(),
            "seed": pack.city.seed,
            "junctions": network.junctions.len(),
            "signals": signals,
            "roads": network.roads.len(),
            "lanes": network.lanes.len(),
            "detectors": pack.detectors.len(),
        });
        result(&format!("{numbers}\n"));
        return;
    }
    let (junctions, roads, folder) =
        (network.junctions.len(), network.roads.len(), folder.display());
    let name = lang.pick(&pack.city.name.zh, &pack.city.name.en);
    let line = lang.pick(
        format!("{name}:{junctions} 个路口,{signals} 处信号,{roads} 条道路,写入 {folder}"),
        format!("{name}: {junctions} junctions, {signals} signals, {roads} roads, in {folder}"),
    );
    result(&(line + "\n"));
}
