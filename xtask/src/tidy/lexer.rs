//! Just enough of Rust's lexical rules to look at code without its comments, strings and tests.

/// `text` with comments, character literals and the contents of strings turned into spaces; lines
/// and columns stay.
pub(crate) fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = opaque_end(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
            continue;
        }
        // The quotes of a plain string stay, so that it can be found again.
        let quotes = if chars[at] == '"' { [at, end - 1] } else { [usize::MAX; 2] };
        code.extend((at..end).map(|at| match chars[at] {
            '"' if quotes.contains(&at) => '"',
            '\n' => '\n',
            _ => ' ',
        }));
        at = end;
    }
    code
}

/// Where the comment or literal that begins at `at` ends; `at` itself when none begins there.
fn opaque_end(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1);
    match chars[at] {
        '/' if next == Some(&'/') => position(chars, at, |c| c == '\n'),
        '/' if next == Some(&'*') => block_comment_end(chars, at),
        '"' => string_end(chars, at),
        'r' | 'b' if at == 0 || !is_word(chars[at - 1]) => raw_string_end(chars, at),
        '\'' => character_end(chars, at),
        _ => at,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn position(chars: &[char], from: usize, found: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|&at| found(chars[at])).unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    chars.len()
}

fn string_end(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of `r"…"`, `r#"…"#`, `b"…"`, `br"…"`; `start` when that is not what begins there.
fn raw_string_end(chars: &[char], start: usize) -> usize {
    let mut at = start;
    if chars[at] == 'b' {
        at += 1;
    }
    let raw = chars.get(at) == Some(&'r');
    if raw {
        at += 1;
    }
    let hashes = chars[at..].iter().take_while(|&&c| c == '#').count();
    if chars.get(at + hashes) != Some(&'"') || (!raw && hashes > 0) {
        return start;
    }
    if !raw {
        return string_end(chars, at);
    }
    let close = |at: usize| {
        chars[at] == '"'
            && chars[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
    };
    (at + hashes + 1..chars.len()).find(|&at| close(at)).map_or(chars.len(), |at| at + 1 + hashes)
}

/// The end of a character literal; `start` when a lifetime begins there.
fn character_end(chars: &[char], start: usize) -> usize {
    match chars.get(start + 1) {
        Some('\\') => (position(chars, start + 3, |c| c == '\'') + 1).min(chars.len()),
        Some(_) if chars.get(start + 2) == Some(&'\'') => start + 3,
        _ => start,
    }
}

/// `code` (see [`code_of`]) with every item under `#[cfg(test)]` turned into spaces.
pub(crate) fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    let mut from = 0;
    while let Some(found) = kept[from..].find("#[cfg(test)]") {
        let start = from + found;
        let end = item_end(&kept, start + "#[cfg(test)]".len());
        let blank: String =
            kept[start..end].chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
        kept.replace_range(start..end, &blank);
        from = start + blank.len();
    }
    kept
}

/// Where the item that begins at `from` ends: its `;`, or the brace that closes its body.
fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[from..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return from + at + 1;
                }
            }
            ';' if depth == 0 => return from + at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The plain strings of `text` that `code` (or what is left of it without tests) still shows, with
/// their lines from 1.
pub(crate) fn strings(text: &str, code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut line, mut open) = (1, None);
    for (c, seen) in text.chars().zip(code.chars()) {
        if c == '\n' {
            line += 1;
        }
        match (seen, open.take()) {
            ('"', None) => open = Some((line, String::new())),
            ('"', Some(string)) => found.push(string),
            (_, Some((line, mut string))) => {
                string.push(c);
                open = Some((line, string));
            }
            (_, None) => {}
        }
    }
    found
}

/// The words of `code`: identifiers, keywords and numbers.
pub(crate) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// Whether `word` stands in `line` with no letter, digit or underscore beside it.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_lines(text: &str, expect: &str) {
        let code = code_of(text);
        assert_eq!(code.split_whitespace().collect::<Vec<_>>().join(" "), expect);
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        same_lines("let a = 1; // Instant::now()\nlet b = 2;", "let a = 1; let b = 2;");
        same_lines("/* a /* nested */ b */ c", "c");
        same_lines("f(\"a \\\" b\", 'x', '\\'', b\"z\") + g", "f(\" \", , , ) + g");
        same_lines("f(r#\"a \" b\"#, r\"c\") + g", "f( , ) + g");
    }

    #[test]
    fn lifetimes_and_names_stay() {
        same_lines("fn f<'a>(x: &'a str, br: u8) {}", "fn f<'a>(x: &'a str, br: u8) {}");
        same_lines("for r in b {}", "for r in b {}");
    }

    #[test]
    fn tests_are_cut_out_and_lines_stay() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn t() { x }\n}\nfn b() {}\n#[cfg(test)]\nmod c;\nfn d() {}";
        let kept = without_tests(text);
        assert_eq!(kept.lines().count(), text.lines().count());
        assert_eq!(
            kept.split_whitespace().collect::<Vec<_>>().join(" "),
            "fn a() {} fn b() {} fn d() {}"
        );
    }

    #[test]
    fn strings_of_product_code_are_read() {
        let text = "f(\"a-b\"); // \"no\"\n#[cfg(test)]\nmod t { g(\"c\"); }\nh(\"d\\\"e\", 'f')";
        let code = without_tests(&code_of(text));
        let found = strings(text, &code);
        assert_eq!(found, [(1, "a-b".to_owned()), (4, "d\\\"e".to_owned())]);
    }

    #[test]
    fn words_stand_alone() {
        assert!(has_word("use std::fs;", "fs"));
        assert!(!has_word("offset_fs", "fs"));
    }
}
