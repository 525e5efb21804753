//! A progress bar on a terminal, silence in a pipe.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over the seconds of a run.
pub(super) fn bar(steps: u32) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new(u64::from(steps));
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} s  {per_sec}  {eta} {msg}");
    bar.set_style(style.expect("the template is fixed and a test draws it"));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_can_be_drawn() {
        assert!(
            ProgressStyle::with_template("{bar:40} {pos}/{len} s  {per_sec}  {eta} {msg}").is_ok()
        );
        bar(3).inc(1);
    }
}
