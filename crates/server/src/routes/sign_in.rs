//! The way in for a browser: a page that asks for a token, in the reader's language.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::guard::{COOKIE, takes_pages};
use crate::problem::Problem;

/// The page in both languages; its first line names the one that is shown.
const PAGE: &str = include_str!("../sign_in.html");
const WRONG: &str = r#"<p id="wrong" role="alert"><span lang="zh-CN">令牌不正确。请检查后重新输入，或向系统管理员索取。</span><span lang="en">This token is not known. Check it and try again, or ask whoever runs the system.</span></p>"#;

/// What the sign-in page sends.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    token: String,
}

impl std::fmt::Debug for SignInForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInForm(…)")
    }
}

/// The page that asks for a token.
pub(crate) async fn page(RawQuery(query): RawQuery, headers: HeaderMap) -> Html<String> {
    written(is_chinese(query.as_deref(), &headers), false)
}

/// Takes a token and answers with a session's cookie.
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Response {
    match app.access().sign_in(form.token.trim()) {
        Ok(Some(session)) => {
            let cookie = format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict");
            ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        Ok(None) => {
            // Guessing is to be slow.
            tokio::time::sleep(Duration::from_millis(500)).await;
            if takes_pages(&headers) {
                let page = written(is_chinese(query.as_deref(), &headers), true);
                return (StatusCode::UNAUTHORIZED, page).into_response();
            }
            Problem::NotSignedIn.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the system gives no randomness for a session");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whether to speak Chinese: as `lang` in the address says, else as the browser prefers.
fn is_chinese(query: Option<&str>, headers: &HeaderMap) -> bool {
    let asked = query.and_then(|query| query.split('&').find_map(|one| one.strip_prefix("lang=")));
    let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    match asked {
        Some("zh") => true,
        Some("en") => false,
        _ => preferred.is_none_or(|tags| tags.trim_start().starts_with("zh")),
    }
}

fn written(chinese: bool, wrong: bool) -> Html<String> {
    let (mark, field) = if wrong {
        (WRONG, r#"<input aria-invalid="true" aria-describedby="wrong" "#)
    } else {
        ("", "<input ")
    };
    let page = PAGE.replacen("<!--wrong-->", mark, 1).replacen("<input ", field, 1);
    let lang = if chinese { r#"<html lang="zh-CN">"# } else { r#"<html lang="en">"# };
    Html(page.replacen(r#"<html lang="zh-CN">"#, lang, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_asked_for_or_else_the_browsers() {
        let browser = |tags: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, tags.parse().unwrap());
            headers
        };
        assert!(is_chinese(None, &browser("zh-CN,zh;q=0.9,en;q=0.8")));
        assert!(!is_chinese(None, &browser("en-GB,zh;q=0.5")));
        assert!(is_chinese(Some("from=1&lang=zh"), &browser("en")));
        assert!(!is_chinese(Some("lang=en"), &browser("zh")));
        assert!(!is_chinese(Some("lang=fr"), &browser("fr")));
    }

    #[test]
    fn a_refused_token_is_said_beside_the_field() {
        let (Html(first), Html(again)) = (written(false, false), written(false, true));
        assert!(first.contains(r#"<html lang="en">"#) && !first.contains("wrong"));
        assert!(again.contains("This token is not known"));
        assert!(
            again.contains(r#"<input aria-invalid="true" aria-describedby="wrong" id="token""#)
        );
    }
}
