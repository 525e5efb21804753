//! Renders messages from the Fluent files of scenes and rooms, as far as those files use Fluent:
//! placeables of arguments, with `NUMBER` and its options `maximumFractionDigits` and `style`.
//!
//! # Source
//! Project Fluent, syntax 1.0. The command centre uses the full implementation on the same files.

use urbis_core::{Arg, Message};
use urbis_server::wire::common::unit_of;

use crate::say::Lang;

/// All files, by language.
const ZH: &[&str] = &[
    include_str!("../../../../scenes/signals/messages/zh.ftl"),
    include_str!("../../../../scenes/incidents/messages/zh.ftl"),
    include_str!("../../../../scenes/corridor/messages/zh.ftl"),
    include_str!("../../../brain/messages/zh.ftl"),
    include_str!("../../../control/messages/zh.ftl"),
    include_str!("../../../interlock/messages/zh.ftl"),
    include_str!("../../../server/messages/zh.ftl"),
    include_str!("../../../../web/src/messages/measures/zh.ftl"),
];
const EN: &[&str] = &[
    include_str!("../../../../scenes/signals/messages/en.ftl"),
    include_str!("../../../../scenes/incidents/messages/en.ftl"),
    include_str!("../../../../scenes/corridor/messages/en.ftl"),
    include_str!("../../../brain/messages/en.ftl"),
    include_str!("../../../control/messages/en.ftl"),
    include_str!("../../../interlock/messages/en.ftl"),
    include_str!("../../../server/messages/en.ftl"),
    include_str!("../../../../web/src/messages/measures/en.ftl"),
];

/// A message in a reader's language; its key where no file has it.
pub(super) fn render(message: &Message, lang: Lang) -> String {
    let pattern = lang.pick(ZH, EN).iter().find_map(|file| pattern(file, &message.key));
    let Some(mut rest) = pattern else { return message.key.clone() };
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((placeable, after)) = after.split_once('}') else { break };
        text.push_str(&place(placeable.trim(), message, lang));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The name of what is predicted or measured, with its unit; as programs call it where there is none.
pub(super) fn measure_name(measure: &str, lang: Lang) -> String {
    let key = format!("measure-{}", measure.replace('_', "-"));
    let files = lang.pick(ZH, EN);
    let name = files.iter().find_map(|file| pattern(file, &key)).unwrap_or(measure);
    match unit_of(measure) {
        "" => name.to_owned(),
        unit => format!("{name}, {unit}"),
    }
}

/// The pattern of a key: the rest of its line.
fn pattern<'a>(file: &'a str, key: &str) -> Option<&'a str> {
    file.lines().find_map(|line| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim())
    })
}

fn place(placeable: &str, message: &Message, lang: Lang) -> String {
    if let Some(literal) = placeable.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return literal.to_owned();
    }
    let (name, options) = match placeable.strip_prefix("NUMBER(") {
        Some(call) => {
            let call = call.trim_end_matches(')');
            call.split_once(',').unwrap_or((call, ""))
        }
        None => (placeable, ""),
    };
    match message.args.get(name.trim().trim_start_matches('$')) {
        Some(Arg::Number(number)) => format_number(*number, options),
        Some(Arg::Text(text)) => text.clone(),
        Some(Arg::Message(inner)) => render(inner, lang),
        Some(Arg::Place(_)) => "…".to_owned(),
        None => format!("{{{name}}}"),
    }
}

fn format_number(number: f64, options: &str) -> String {
    if options.contains("percent") {
        return format!("{:.0} %", number * 100.0);
    }
    let digits = options
        .split_once("maximumFractionDigits:")
        .and_then(|(_, rest)| rest.trim().chars().next()?.to_digit(10))
        .unwrap_or(2) as usize;
    let text = format!("{number:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_every_file_renders_without_leftovers() {
        for (files, lang) in [(ZH, Lang::Zh), (EN, Lang::En)] {
            for file in files {
                for line in file.lines().filter(|line| !line.starts_with('#')) {
                    let Some((key, rest)) = line.split_once(" =") else {
                        assert!(line.trim().is_empty(), "a line this renderer cannot read: {line}");
                        continue;
                    };
                    let mut message = Message::new(key);
                    for piece in rest.split('$').skip(1) {
                        let end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                        let name = piece.split(end).next().unwrap();
                        message = message.number(name, 0.5);
                    }
                    let text = render(&message, lang);
                    assert!(!text.is_empty() && !text.contains(['{', '}', '$']), "{key}: {text}");
                }
            }
        }
    }

    #[test]
    fn numbers_follow_their_options() {
        let message = Message::new("corridor-ask").number("eta_s", 81.6).number("queue_veh", 3.0);
        assert!(render(&message, Lang::En).starts_with("Ambulance in 82 s, 3 vehicles"));
        assert_eq!(format_number(0.256, " style: \"percent\""), "26 %");
        assert_eq!(format_number(12.5, ""), "12.5");
        assert_eq!(render(&Message::new("nobody-said"), Lang::Zh), "nobody-said");
    }
}
