//! A progress bar on a terminal, silence in a pipe.

use std::fmt::Write;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// City seconds played, how many a wall second, what is left.
const TEMPLATE: &str = "{bar:40} {pos}/{len} s  {per_second}  {eta} {msg}";

/// A bar over the seconds of a run.
pub(super) fn bar(steps: u32) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new(u64::from(steps));
    let style = ProgressStyle::with_template(TEMPLATE);
    let style = style.expect("the template is fixed and a test draws it");
    let rate = |state: &ProgressState, text: &mut dyn Write| {
        // A bar that cannot be drawn is no reason to end a run.
        let _ = write!(text, "{:.0}×", state.per_sec());
    };
    bar.set_style(style.with_key("per_second", rate));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_can_be_drawn() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
        bar(3).inc(1);
    }
}
