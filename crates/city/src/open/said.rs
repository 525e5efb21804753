//! What is said aloud of a city that was opened.

use urbis_network::check::Diagnostic;
use urbis_network::conflict::{self, Rules};
use urbis_network::intergreen::{self, IntergreenParameters};
use urbis_network::{Junction, JunctionKind, Label, Network};

use super::files::Format;
use super::{CENTER, START};
use crate::demand::DemandSource;

/// What is assumed of a city of files of this `format`, whose flow lasts so many `minutes`.
pub(super) fn assumed(format: Format, network: &Network, minutes: u16) -> Vec<Label> {
    let begins = clock(START);
    let (east, north) = (CENTER.longitude_deg, CENTER.latitude_deg);
    let place = match network.frame {
        Some(_) => said("位置：坐标按 WGS-84 理解", "place: coordinates are taken for WGS 84"),
        None => said(
            format!("位置：文件未说明，路网原点放在东经 {east}、北纬 {north}"),
            format!(
                "place: the files name none; the network's origin is put at {east} E, {north} N"
            ),
        ),
    };
    let mut assumed = vec![
        place,
        said(
            format!("时间：时区 Asia/Shanghai，车流从 {begins} 开始"),
            format!("time: zone Asia/Shanghai, the flow begins at {begins}"),
        ),
        said(
            format!("需求：车流的 {minutes} 分钟在一天中重复，其他日子围绕它抽取"),
            format!(
                "demand: the flow's {minutes} minutes repeat over the day; other days are drawn around it"
            ),
        ),
        said(
            "检测器：每条车道停止线前一个，入口一个",
            "detectors: one before the stop line of every lane and one at its entry",
        ),
        said(
            "信号：冲突、黄灯和绿间隔由几何推算，没有人行横道",
            "signals: conflicts, amber and intergreens follow from geometry; no pedestrian crossings",
        ),
    ];
    match format {
        Format::CityFlow => assumed.extend(unsignalized(network)),
        Format::CityBrain => assumed.extend([
            said(
                "信号方案：文件未说明，依次运行第 1 至 4 相位，各 20 秒，其间清空 5 秒",
                "signal plans: the files name none; phases 1 to 4 in turn, 20 s each with 5 s of \
                 clearance between",
            ),
            said(
                "道路：车道宽 3.25 米，路口占去两端，按直线绘制；车辆为 5 米长的小汽车",
                "roads: lanes are 3.25 m wide, junctions take room at both ends, drawn as straight \
                 lines; vehicles are cars of 5 m",
            ),
        ]),
    }
    assumed
}

/// Says where geometry doubts the configuration of a signal: intergreens shorter than it asks for,
/// groups that are called compatible although their paths meet, crossings shorter than their road.
/// The configuration is kept: the controller runs it, and only its owner can change it.
pub(super) fn doubts(network: &Network) -> Vec<Label> {
    let mut doubts = first_few(
        &intergreen::check(network, &IntergreenParameters::RILSA),
        ("绿间隔", "intergreens"),
    );
    doubts.extend(first_few(
        &conflict::check(network, &Rules::USUAL),
        ("冲突与人行横道", "conflicts and crossings"),
    ));
    doubts
}

/// Says which junctions are driven without a signal for want of light phases.
fn unsignalized(network: &Network) -> Option<Label> {
    const NAMED: usize = 5;
    let without = |junction: &&Junction| {
        junction.kind == JunctionKind::Priority && !junction.movements.is_empty()
    };
    let names: Vec<&str> =
        network.junctions.iter().filter(without).map(|one| one.name.as_str()).collect();
    let (count, few) = (names.len(), names[..names.len().min(NAMED)].join(", "));
    let more = if count > NAMED { ", …" } else { "" };
    (count > 0).then(|| {
        said(
            format!(
                "无信号路口：{count} 个没有让任何人停车的灯色阶段（{few}{more}），按无信号灯通行"
            ),
            format!(
                "without signals: {count} junctions have no light phases that stop anyone \
                 ({few}{more}) and are driven without a signal"
            ),
        )
    })
}

/// Says of a demand that nobody drives, or not at first.
pub(super) fn quiet(demand: &DemandSource) -> Option<Label> {
    const SOON_S: f64 = 60.0;
    match demand {
        DemandSource::Model(model) if !model.makes_trips() => Some(said(
            "需求：demand.toml 中车辆份额、出行次数或总系数为 0，没有人出行",
            "demand: nobody drives, for in demand.toml the shares, the trips or the level are 0",
        )),
        DemandSource::Model(_) => None,
        DemandSource::Recorded(recorded) => {
            let first = recorded.trips.trips.first().map(|trip| trip.depart.get());
            match first {
                None => Some(said("需求：没有任何出行", "demand: there are no trips")),
                Some(first) if first > SOON_S => Some(said(
                    format!("需求：第一辆车在开始后 {first} 秒才出发"),
                    format!("demand: the first vehicle departs {first} s after the beginning"),
                )),
                Some(_) => None,
            }
        }
    }
}

/// The first few of many diagnostics, and how many more there are.
fn first_few(found: &[Diagnostic], (zh, en): (&str, &str)) -> Vec<Label> {
    const NAMED: usize = 5;
    let warning = |one: &Diagnostic| said(format!("警告：{one}"), format!("warning: {one}"));
    let mut few: Vec<Label> = found.iter().take(NAMED).map(warning).collect();
    if found.len() > NAMED {
        let more = found.len() - NAMED;
        few.push(said(
            format!("警告：还有 {more} 处{zh}需要检查"),
            format!("warning: {more} more {en} to look at"),
        ));
    }
    few
}

/// A sentence in both languages.
pub(super) fn said(zh: impl Into<String>, en: impl Into<String>) -> Label {
    Label { zh: zh.into(), en: en.into() }
}

/// A minute of the day as a clock shows it.
pub(super) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
