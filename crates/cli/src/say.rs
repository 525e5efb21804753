//! What the command says, in Chinese or English by `LANG`.

use std::io::Write as _;

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The language of the environment: `LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is set.
    pub(crate) fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        Self::of(set.as_deref().unwrap_or(""))
    }

    /// The language a locale such as `zh_CN.UTF-8` names; English for any other than Chinese.
    pub(crate) fn of(locale: &str) -> Self {
        if locale.starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// One of two texts.
    pub(crate) fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// Prints a result. Whoever reads it may have read enough and closed the pipe; that is no fault.
pub(crate) fn result(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_locale_reads_chinese_and_any_other_english() {
        assert_eq!(Lang::of("zh_CN.UTF-8"), Lang::Zh);
        assert_eq!(Lang::of("de_DE"), Lang::En);
        assert_eq!(Lang::of(""), Lang::En);
    }
}
