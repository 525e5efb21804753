//! How many tests passed, failed and were skipped, read from what each runner prints.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::AddAssign;

/// Counts of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Ran and held.
    pub passed: u64,
    /// Ran and did not hold.
    pub failed: u64,
    /// Did not run, or said `skipped:`.
    pub skipped: u64,
}

impl Counts {
    /// One check that held or not, as a runner without tests of its own reports it.
    pub(crate) const FAILURE: Self = Self { passed: 0, failed: 1, skipped: 0 };
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Counts in the lines `test result: ok. 3 passed; 0 failed; 1 ignored; …` of cargo's own runner,
/// with the tests that passed only by printing `skipped: …` counted as skipped.
pub(crate) fn libtest(output: &str) -> Option<Counts> {
    let mut total = None;
    for line in output.lines().filter_map(|line| line.trim().strip_prefix("test result: ")) {
        let sum = total.get_or_insert_with(Counts::default);
        sum.passed += number_before(line, "passed").unwrap_or(0);
        sum.failed += number_before(line, "failed").unwrap_or(0);
        sum.skipped += number_before(line, "ignored").unwrap_or(0);
    }
    let mut total = total?;
    let reasons = skip_reasons(output);
    // `skipped: NAME: why`, possibly several lines a test.
    let names: BTreeSet<&str> =
        reasons.iter().map(|reason| reason.split(':').next().unwrap_or(reason)).collect();
    let said = names.len() as u64;
    total.passed = total.passed.saturating_sub(said);
    total.skipped += said;
    Some(total)
}

/// Counts in nextest's `JUnit` file, with the tests that passed only by printing `skipped: …`
/// counted as skipped; ignored tests are not in that file.
pub(crate) fn junit(xml: &str) -> Option<Counts> {
    let head = &xml[xml.find("<testsuites ")?..];
    let head = &head[..head.find('>')?];
    let ran = attribute(head, "tests")?;
    let failed = attribute(head, "failures")? + attribute(head, "errors")?;
    let silent = |test: &&str| !skip_reasons(test).is_empty() && !test.contains("<failure ");
    let skipped = xml.split("<testcase ").filter(silent).count() as u64;
    Some(Counts { passed: ran.saturating_sub(failed + skipped), failed, skipped })
}

/// What tests printed as their reason for not running.
pub(crate) fn skip_reasons(output: &str) -> Vec<&str> {
    // In a JUnit file the first line of a test's output follows the tag on the same line.
    output
        .lines()
        .filter_map(|line| line.rsplit("<system-out>").next()?.strip_prefix("skipped: "))
        .collect()
}

/// Counts of the web's runners: the plain closing line `N passed, N failed, N skipped`, Vitest's
/// `Tests  1 failed | 11 passed (12)`, or Node's `# pass 5`.
pub(crate) fn web(output: &str) -> Option<Counts> {
    let output = without_colors(output);
    let lines: Vec<&str> = output.lines().map(str::trim).collect();
    let worded = lines.iter().rev().find(|line| {
        line.starts_with("Tests  ")
            || (line.contains(" passed, ") && line.starts_with(|c: char| c.is_ascii_digit()))
    });
    if let Some(line) = worded {
        let read = |word| number_before(line, word).unwrap_or(0);
        return Some(Counts {
            passed: read("passed"),
            failed: read("failed"),
            skipped: read("skipped") + read("todo"),
        });
    }
    let node = |word: &str| {
        lines.iter().rev().find_map(|line| {
            let line = line.strip_prefix('#').or_else(|| line.strip_prefix('ℹ'))?;
            line.trim().strip_prefix(word)?.trim().parse::<u64>().ok()
        })
    };
    let passed = node("pass ")?;
    Some(Counts { passed, failed: node("fail ")?, skipped: node("skipped ").unwrap_or(0) })
}

/// The number that stands right before `word`.
fn number_before(line: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> =
        line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word)?[0].parse().ok()
}

fn attribute(tag: &str, name: &str) -> Option<u64> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[start..];
    value[..value.find('"')?].parse().ok()
}

/// The text without terminal color codes.
fn without_colors(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        let code = &rest[start + 2..];
        let end = code.find(|c: char| c.is_ascii_alphabetic()).map_or(code.len(), |end| end + 1);
        rest = &code[end..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn the_closing_line_is_plain() {
        assert_eq!(counts(12, 0, 3).to_string(), "12 passed, 0 failed, 3 skipped");
    }

    #[test]
    fn results_of_several_test_binaries_add_up() {
        let output = "\
running 2 tests
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
skipped: hangzhou: no data folder
test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(libtest(output), Some(counts(6, 1, 2)));
    }

    #[test]
    fn output_without_a_result_has_no_counts() {
        assert_eq!(libtest("error: could not compile"), None);
        assert_eq!(web("sh: vitest: not found"), None);
        assert_eq!(junit("<html>"), None);
    }

    #[test]
    fn a_test_that_says_it_was_skipped_is_not_a_pass() {
        let xml = "<testsuites name=\"nextest-run\" tests=\"4\" failures=\"1\" errors=\"0\">\n\
                   <testcase name=\"a\"><system-out>\nskipped: a: no data\nskipped: a: none\n\
                   <testcase name=\"b\"><failure type=\"x\"><system-out>skipped: b: no data\n";
        assert_eq!(junit(xml), Some(counts(2, 1, 1)));
        assert_eq!(skip_reasons(xml), ["a: no data", "a: none", "b: no data"]);
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored\nskipped: a: x\nskipped: a: y";
        assert_eq!(libtest(output), Some(counts(2, 0, 1)));
    }

    #[test]
    fn vitest_counts_are_read_through_its_colors() {
        let output = "\u{1b}[2m Test Files \u{1b}[22m 1 passed (1)\n\
                      \u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m1 failed\u{1b}[22m | 11 passed | 2 skipped (14)\n";
        assert_eq!(web(output), Some(counts(11, 1, 2)));
    }

    #[test]
    fn the_plain_line_and_nodes_summary_are_read() {
        assert_eq!(web("ok page opens\n7 passed, 0 failed, 1 skipped\n"), Some(counts(7, 0, 1)));
        assert_eq!(web("# tests 5\n# pass 4\n# fail 1\n# skipped 0\n"), Some(counts(4, 1, 0)));
        assert_eq!(web("ℹ pass 4\nℹ fail 0\nℹ skipped 2\n"), Some(counts(4, 0, 2)));
    }
}
