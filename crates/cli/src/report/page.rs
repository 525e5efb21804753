//! The report as one HTML page.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use urbis_core::Indicators;

use super::chart::{self, Line};
use super::data::{Data, Observed, Off, Point};
use super::fluent::{measure_name, render};
use crate::say::Lang;

/// The page.
pub(crate) fn page(data: &Data, lang: Lang) -> String {
    let title = lang.pick("城脑运行报告", "Report of the city brain");
    let city = escape(lang.pick(&data.city.0, &data.city.1));
    let mut body = format!(
        "<h1>{title}: {city}</h1><p class=\"banner\">{}</p><p>{} – {} ({})</p>",
        lang.pick("仿真城市:交通由数字孪生产生", "Simulated city: the traffic is made by the twin"),
        time(data, data.start_ms),
        time(data, data.end_ms),
        escape(&data.time_zone),
    );
    summary(&mut body, data, lang);
    charts(&mut body, data, lang);
    observed(&mut body, data, lang);
    decisions(&mut body, data, lang);
    events(&mut body, data, lang);
    accuracy(&mut body, data, lang);
    if !data.assumptions.is_empty() {
        let _ = write!(body, "<h2>{}</h2><ul>", lang.pick("假定", "Assumed"));
        for assumption in &data.assumptions {
            let _ = write!(body, "<li>{}</li>", escape(lang.pick(&assumption.zh, &assumption.en)));
        }
        body.push_str("</ul>");
    }
    let language = lang.pick("zh", "en");
    format!(
        "<!doctype html>\n<html lang=\"{language}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}: {city}</title><style>{STYLE}</style><main>{body}</main></html>\n"
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:15px/1.5 system-ui,'Noto Sans SC',sans-serif}\
main{max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%;margin:.5rem 0}\
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #8884;vertical-align:top}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\
.banner{border:2px solid #d55e00;padding:.25rem .75rem;border-radius:.25rem}\
figure{margin:1rem 0}figcaption{font-weight:600}";

/// Text that cannot be taken for HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A moment in the city's time zone.
fn time(data: &Data, at_ms: i64) -> String {
    let zone = TimeZone::get(&data.time_zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at_ms).map_or_else(
        |_out_of_range| at_ms.to_string(),
        |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn cell(text: &mut String, value: Option<f64>, places: usize) {
    let value = value.map_or_else(|| "–".to_owned(), |value| format!("{value:.places$}"));
    let _ = write!(text, "<td class=\"n\">{value}</td>");
}

/// What the city of the report is called beside others: by its control, unless that is the brain.
fn own<'a>(data: &'a Data, brain: &'a str) -> &'a str {
    match &data.outcome {
        Some(outcome) if outcome.control != "brain" => &outcome.control,
        _ => brain,
    }
}

/// Where the city stands with and without the brain, of a session that has not ended.
fn so_far(body: &mut String, data: &Data, lang: Lang) {
    let Some(Point { with, without: Some(without), .. }) = data.history.last() else { return };
    let _ = write!(
        body,
        "<h2>{}</h2><table><tr><td></td><th class=\"n\">{}</th><th class=\"n\">{}</th></tr>",
        lang.pick("至今", "So far"),
        lang.pick("有城脑", "With the brain"),
        lang.pick("无城脑", "Without"),
    );
    for (zh, en, read, places) in INDICATORS {
        let _ = write!(body, "<tr><td>{}</td>", lang.pick(zh, en));
        cell(body, Some(read(with)), places);
        cell(body, Some(read(without)), places);
        body.push_str("</tr>");
    }
    body.push_str("</table>");
}

/// An indicator: its names, how it is read, places after the point.
type Indicator = (&'static str, &'static str, fn(&Indicators) -> f64, usize);

const INDICATORS: [Indicator; 5] = [
    ("总延误 辆·小时", "Delay of all vehicles, veh·h", |one| one.total_delay_veh_h, 1),
    ("近 15 分钟每车延误 s", "Delay a vehicle in 15 min, s", |one| one.mean_delay_s, 1),
    ("平均速度 m/s", "Mean speed, m/s", |one| one.mean_speed_mps, 2),
    ("完成的出行", "Trips finished", |one| f64::from(one.finished), 0),
    ("排队车辆", "Vehicles standing", |one| f64::from(one.queue_veh), 0),
];

fn summary(body: &mut String, data: &Data, lang: Lang) {
    let Some(outcome) = &data.outcome else { return so_far(body, data, lang) };
    let without = outcome.without.as_ref();
    let _ = write!(
        body,
        "<h2>{}</h2><p>{}: <code>{}</code>, {} {}</p><table><tr><td></td><th class=\"n\">{}</th>",
        lang.pick("结果", "Result"),
        lang.pick("信号控制", "Signals run by"),
        escape(&outcome.control),
        outcome.steps,
        lang.pick("秒", "s"),
        escape(own(data, lang.pick("有城脑", "With the brain"))),
    );
    if without.is_some() {
        let (other, change) = (lang.pick("无城脑", "Without"), lang.pick("变化", "Change"));
        let _ = write!(body, "<th class=\"n\">{other}</th><th class=\"n\">{change}</th>");
    }
    body.push_str("</tr>");
    let mut row = |zh: &str, en: &str, with: f64, without: Option<f64>, places: usize| {
        let _ = write!(body, "<tr><td>{}</td>", lang.pick(zh, en));
        cell(body, Some(with), places);
        if let Some(without) = without {
            cell(body, Some(without), places);
            let change = (without != 0.0).then(|| (with / without - 1.0) * 100.0);
            let change = change.map_or_else(|| "–".to_owned(), |change| format!("{change:+.1} %"));
            let _ = write!(body, "<td class=\"n\">{change}</td>");
        }
        body.push_str("</tr>");
    };
    let other = |read: fn(&urbis_twin::Metrics) -> f64| without.map(read);
    row(
        "出发车辆",
        "Vehicles that departed",
        f64::from(outcome.created),
        other(|m| f64::from(m.created)),
        0,
    );
    row(
        "到达车辆",
        "Vehicles that arrived",
        f64::from(outcome.finished),
        other(|m| f64::from(m.finished)),
        0,
    );
    row(
        "平均行程时间 s",
        "Mean travel time, s",
        outcome.att_engine_s,
        other(|m| m.att_engine_s),
        1,
    );
    row("平均延误 s", "Mean delay, s", outcome.mean_delay_s, other(|m| m.mean_delay_s), 1);
    row("停车次数", "Stops", outcome.stops as f64, other(|m| m.stops as f64), 0);
    row(
        "最长等待 s",
        "Longest wait, s",
        f64::from(outcome.max_wait_s),
        other(|m| f64::from(m.max_wait_s)),
        0,
    );
    body.push_str("</table>");
}

/// Name in both languages, and how it is read.
type Series = (&'static str, &'static str, fn(&Indicators) -> f64);

fn charts(body: &mut String, data: &Data, lang: Lang) {
    let series: [Series; 4] = [
        ("平均车速 m/s", "Mean speed, m/s", |one| one.mean_speed_mps),
        ("近 15 分钟每车延误 s", "Delay a vehicle in 15 min, s", |one| one.mean_delay_s),
        ("停驶车辆", "Vehicles standing", |one| f64::from(one.queue_veh)),
        ("路网车辆", "Vehicles in the network", |one| f64::from(one.vehicles)),
    ];
    for (zh, en, read) in series {
        let minutes = |point: &Point| (point.at_ms - data.start_ms) as f64 / 60_000.0;
        let without: Vec<(f64, f64)> = data
            .history
            .iter()
            .filter_map(|point| Some((minutes(point), read(point.without.as_ref()?))))
            .collect();
        let with = data.history.iter().map(|point| (minutes(point), read(&point.with))).collect();
        let mut lines = vec![Line {
            name: own(data, lang.pick("有城脑", "with the brain")).to_owned(),
            points: with,
            strong: true,
        }];
        if !without.is_empty() {
            let name = lang.pick("无城脑", "without").to_owned();
            lines.push(Line { name, points: without, strong: false });
        }
        let name = lang.pick(zh, en);
        if let Some(svg) = chart::lines(lang.pick("分钟", "minutes"), name, &lines) {
            let _ = write!(body, "<figure><figcaption>{name}</figcaption>{svg}</figure>");
        }
    }
}

/// How a value of the detectors is read.
type ReadObserved = fn(&Observed) -> Option<f64>;

/// What the detectors reported, where the indicators of the city itself are not at hand.
fn observed(body: &mut String, data: &Data, lang: Lang) {
    if !data.history.is_empty() {
        return;
    }
    let series: [(&str, &str, ReadObserved); 2] = [
        ("检测器计数 辆/分", "Counted at detectors, vehicles a minute", |one| {
            Some(one.count_veh)
        }),
        ("检测器车速 m/s", "Mean speed at detectors, m/s", |one| one.speed_mps),
    ];
    for (zh, en, read) in series {
        let minutes = |one: &Observed| (one.at_ms - data.start_ms) as f64 / 60_000.0;
        let points = data.observed.iter().filter_map(|one| Some((minutes(one), read(one)?)));
        let name = lang.pick(zh, en);
        let line = Line { name: name.to_owned(), points: points.collect(), strong: true };
        if let Some(svg) = chart::lines(lang.pick("分钟", "minutes"), name, &[line]) {
            let _ = write!(body, "<figure><figcaption>{name}</figcaption>{svg}</figure>");
        }
    }
}

fn decisions(body: &mut String, data: &Data, lang: Lang) {
    if data.decisions.is_empty() {
        return;
    }
    let _ = write!(
        body,
        "<h2>{} ({})</h2><table><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>",
        lang.pick("决定", "Decisions"),
        data.decisions.len(),
        lang.pick("时间", "When"),
        lang.pick("决定者与理由", "Who, and why"),
        lang.pick("内容", "What"),
        lang.pick("预测(90 % 区间)与实测", "Predicted (90 % interval) and measured"),
    );
    for one in &data.decisions {
        let taken = one.done.as_ref().map(|text| escape(&render(text, lang)));
        let what = match (one.option, taken) {
            (None, _) => lang.pick("已拒绝", "refused").to_owned(),
            (Some(_), Some(taken)) => taken,
            (Some(0), None) => lang.pick("照旧", "left as it was").to_owned(),
            (Some(_), None) => lang.pick("采纳", "done").to_owned(),
        };
        let mut measures = String::new();
        for measure in &one.measures {
            let found = measure.measured.map_or_else(String::new, |value| {
                let inside = if measure.inside == Some(true) { "✓" } else { "✗" };
                format!(" → {value:.1} {inside}")
            });
            let _ = write!(
                measures,
                "{} {:.1} [{:.1}, {:.1}]{found}<br>",
                escape(&measure_name(&measure.measure, lang)),
                measure.expected,
                measure.low,
                measure.high
            );
        }
        let _ = write!(
            body,
            "<tr><td>{}</td><td>{}<br>{}</td><td>{}<br>→ {what}</td><td>{measures}</td></tr>",
            time(data, one.at_ms),
            escape(&one.who),
            one.why.as_ref().map_or_else(String::new, |why| escape(&render(why, lang))),
            escape(&render(&one.text, lang)),
        );
    }
    body.push_str("</table>");
}

fn events(body: &mut String, data: &Data, lang: Lang) {
    if data.events.is_empty() {
        return;
    }
    let _ = write!(
        body,
        "<h2>{} ({})</h2><table><tr><th>{}</th><th>{}</th><th>{}</th></tr>",
        lang.pick("事件", "Events"),
        data.events.len(),
        lang.pick("发现", "Noticed"),
        lang.pick("结束", "Over"),
        lang.pick("内容", "What"),
    );
    for one in &data.events {
        let over = one.until_ms.map_or_else(|| "–".to_owned(), |until| time(data, until));
        let _ = write!(
            body,
            "<tr><td>{}</td><td>{over}</td><td>{}</td></tr>",
            time(data, one.noticed_ms),
            escape(&render(&one.text, lang)),
        );
    }
    body.push_str("</table>");
}

fn accuracy(body: &mut String, data: &Data, lang: Lang) {
    let all = [
        (lang.pick("估计", "Estimate"), &data.accuracy.estimate),
        (lang.pick("预报", "Forecast"), &data.accuracy.forecast),
        (lang.pick("预测", "Predictions"), &data.accuracy.predictions),
    ];
    if all.iter().all(|(_, list)| list.is_empty()) {
        return;
    }
    let _ = write!(
        body,
        "<h2>{}</h2><table><tr><td></td><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th>\
         <th class=\"n\">{}</th><th class=\"n\">n</th></tr>",
        lang.pick("城脑看得多准", "How far belief was off"),
        lang.pick("量", "Measure"),
        lang.pick("偏差", "Bias"),
        lang.pick("平均绝对误差", "Mean absolute error"),
        lang.pick("落在 90 % 区间", "Inside 90 %"),
    );
    for (name, list) in all {
        for off in list {
            accuracy_row(body, name, off, lang);
        }
    }
    body.push_str("</table>");
}

fn accuracy_row(body: &mut String, name: &str, off: &Off, lang: Lang) {
    let ahead = off.horizon_s.map_or_else(String::new, |ahead| format!(" (+{ahead:.0} s)"));
    let _ = write!(
        body,
        "<tr><td>{name}</td><td>{}{ahead}</td>",
        escape(&measure_name(&off.measure, lang))
    );
    cell(body, Some(off.bias), 2);
    cell(body, Some(off.mae), 2);
    let inside = off.coverage_90.map_or_else(|| "–".to_owned(), |c| format!("{:.0} %", c * 100.0));
    let _ = write!(body, "<td class=\"n\">{inside}</td><td class=\"n\">{}</td></tr>", off.n);
}
