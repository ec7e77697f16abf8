//! A request for a page under way.

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::frontend_api::context::FapiContext;
use crate::frontend_api::redirect::Redirect;
use crate::http::error::ApiError;

/// What a page does with a request.
pub(super) enum Outcome {
    /// Responds with HTML.
    Page(StatusCode, Markup),
    /// Goes back to the application, or to the page of accounts.
    Done,
    /// Goes to another page of the emulator: its path.
    Other(&'static str),
}

/// A request for a page.
pub(super) struct PageContext<'a> {
    pub(super) api: FapiContext<'a>,
    /// Where the application wants its visitor back.
    pub(super) redirect: Option<Redirect>,
    pub(super) csrf: String,
}

impl PageContext<'_> {
    /// Returns where the browser goes when all is done; the application learns which development browser it is.
    pub(super) fn return_url(&self) -> String {
        match &self.redirect {
            None => "/user".to_owned(),
            Some(redirect) if redirect.origin() == self.api.cx.instance.settings.url => {
                redirect.as_str().to_owned()
            }
            Some(redirect) => redirect
                .with_dev_browser(self.api.browser.dev_browser.as_deref().unwrap_or_default()),
        }
    }

    /// Returns a form that does `action` on the page at `path`.
    pub(super) fn form(&self, path: &str, action: &str, body: &Markup) -> Markup {
        self.form_with_class(None, path, action, body)
    }

    /// As [`form`](Self::form), with a class.
    pub(super) fn form_with_class(
        &self,
        class: Option<&str>,
        path: &str,
        action: &str,
        body: &Markup,
    ) -> Markup {
        let redirect = self.redirect.as_ref().map_or("", Redirect::as_str);
        html! {
            form class=[class] method="post" action=(path) {
                input type="hidden" name="csrf" value=(self.csrf);
                input type="hidden" name="redirect_url" value=(redirect);
                input type="hidden" name="action" value=(action);
                (body)
            }
        }
    }

    /// Returns a link to another page of the emulator that goes on to the same place.
    pub(super) fn link(&self, path: &str) -> String {
        let query = self.redirect.as_ref().map(|redirect| {
            url::form_urlencoded::Serializer::new(String::new())
                .append_pair("redirect_url", redirect.as_str())
                .finish()
        });
        query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }

    /// Returns a field of the form or a parameter of the link.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        let request = self.api.request;
        request.field(name).or_else(|| request.query(name))
    }

    /// Returns the subtitle that says where the visitor goes on to.
    pub(super) fn destination(&self) -> String {
        let redirect = self.redirect.as_ref();
        redirect.map_or_else(String::new, |redirect| {
            format!("to go on to {}", redirect.origin())
        })
    }
}

/// Returns a page's status: 200, or that of what went wrong.
pub(super) fn page_status(error: Option<&ApiError>) -> StatusCode {
    error.map_or(StatusCode::OK, |error| error.status)
}
