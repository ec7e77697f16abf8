//! Runs the demo in a browser: a visitor signs in, opens a hostile page, switches accounts, gets a refreshed session and
//! signs out, with redirects only.
//!
//! The tests need `chromium` and `chromedriver`. Without these they are skipped, unless `CLERK_REQUIRE_BROWSER` is set. A
//! picture of each page is saved in `browser/` of the target directory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../examples/demo/app/mod.rs"]
#[allow(dead_code)]
mod app;
mod forms;
mod hostile;
mod webdriver;

use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use app::{Demo, Setup};
use clerk_emulator::{Emulator, Fault};
use futures_util::FutureExt;
use webdriver::{Browser, Programs};

#[tokio::test]
async fn a_visitor_signs_in_switches_is_refreshed_and_signs_out() {
    let programs = match Programs::find() {
        Ok(programs) => programs,
        Err(missing) if std::env::var_os("CLERK_REQUIRE_BROWSER").is_some() => {
            panic!("there is no {missing}, and CLERK_REQUIRE_BROWSER is set")
        }
        Err(missing) => {
            // Not with `eprintln!`: its output is hidden for tests that pass.
            let _ = writeln!(std::io::stderr(), "skipped: there is no {missing}");
            return;
        }
    };
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("browser");
    let setup = Setup {
        port: Some(0),
        emulator_port: Some(0),
        ..Setup::default()
    };
    let demo = Demo::start(setup).await.unwrap();
    let browser = Browser::start(&programs, &pictures).await;
    let visitor = Visitor {
        browser: &browser,
        demo: &demo,
    };
    let outcome = AssertUnwindSafe(visitor.visit()).catch_unwind().await;
    if outcome.is_err() {
        let told = AssertUnwindSafe(tells_where_it_is(&browser));
        let _ = told.catch_unwind().await;
    }
    // This also happens after a failure, because a browser ends only on request.
    browser.quit().await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

async fn tells_where_it_is(browser: &Browser) {
    eprintln!("at {}:\n{}", browser.location().await, browser.text().await);
    browser.picture("failed").await;
}

/// A person who uses a browser.
struct Visitor<'a> {
    browser: &'a Browser,
    demo: &'a Demo,
}

impl Visitor<'_> {
    async fn visit(&self) {
        self.browser.look(1000, "light").await;
        self.signs_in().await;
        hostile::attacks(self.browser, self.emulator()).await;
        self.opens("/").await;
        self.is_back("/", "Ada Lovelace").await;
        self.switches_organization().await;
        self.is_refreshed().await;
        forms::are_kept(self).await;
        self.signs_in_a_second_account_and_out_of_it().await;
        self.signs_out().await;
        self.is_sent_back_to_where_it_wanted_to_go().await;
        self.looks_at_narrow_and_dark_pages().await;
    }

    fn emulator(&self) -> &Emulator {
        self.demo.emulator.as_ref().unwrap()
    }

    /// Lets time pass, as between the clicks of people: the cookie that ends redirect loops lives for two seconds.
    async fn pauses(&self) {
        let url = &self.demo.url;
        self.browser.forget(url, "__clerk_redirect_count").await;
    }

    async fn opens(&self, path: &str) {
        self.pauses().await;
        self.browser.open(&format!("{}{path}", self.demo.url)).await;
    }

    async fn clicks(&self, label: &str) {
        self.pauses().await;
        self.browser.click(label).await;
    }

    /// Waits for this text on a page of the application whose URL has no parameters of Clerk's left.
    async fn is_back(&self, path: &str, text: &str) {
        self.browser.sees(text).await;
        let here = format!("{}{path}", self.demo.url);
        assert_eq!(self.browser.location().await, here);
    }

    async fn session_cookie(&self) -> String {
        let cookies = self.browser.cookies(&self.demo.url).await;
        let session = cookies.into_iter().find(|(name, _)| name == "__session");
        session.unwrap().1
    }

    async fn signs_in(&self) {
        let browser = self.browser;
        // The IP address is the same site; the browser continues at the name, which has the cookies.
        let by_number = self.demo.url.replace("localhost", "127.0.0.1");
        browser.open(&by_number).await;
        self.is_back("/", "You are signed out").await;
        browser.picture("01-signed-out").await;
        self.clicks("Sign in").await;
        browser.sees("Sign in with one click as").await;
        assert!(browser.location().await.starts_with(self.emulator().url()));
        browser.picture("02-sign-in").await;
        browser.write("identifier", "ada@example.com").await;
        self.clicks("Continue").await;
        browser.sees("Password").await;
        browser.picture("03-password").await;
        browser.write("password", "424242-emulator").await;
        self.clicks("Sign in").await;
        self.is_back("/", "Ada Lovelace").await;
        browser.sees("none: the personal account").await;
        browser.picture("04-signed-in").await;
    }

    async fn switches_organization(&self) {
        let browser = self.browser;
        self.clicks("Switch organization or account").await;
        browser.sees("Personal account").await;
        browser.picture("05-account").await;
        self.clicks("Analytical Engines").await;
        browser.sees("Go back to the application").await;
        self.clicks("Go back to the application").await;
        self.is_back("/", "org:admin").await;
        assert!(browser.text().await.contains("Analytical Engines"));
        browser.picture("06-organization").await;
        self.opens("/admin").await;
        self.is_back("/admin", "Only administrators see this").await;
        browser.picture("07-admin").await;
    }

    /// Lets the session token expire. With a refresh token in the browser, the application renews it itself; without one,
    /// the browser visits Clerk, which its user does not notice.
    async fn is_refreshed(&self) {
        let faults = self.emulator().faults();
        let nothing = || Fault::latency(Duration::ZERO);
        let refreshes = faults.inject(nothing().operation("RefreshSession"));
        let handshakes = faults.inject(nothing().path("/v1/client/handshake"));
        let counted = || (faults.hits(refreshes), faults.hits(handshakes));
        let minute = Duration::from_secs(70);
        for (seen, has_refresh_token) in [((1, 0), true), ((1, 1), false)] {
            let expired = self.session_cookie().await;
            self.emulator().clock().advance(minute);
            if !has_refresh_token {
                self.forgets_refresh_token().await;
            }
            self.opens("/").await;
            self.is_back("/", "Ada Lovelace").await;
            assert_eq!(counted(), seen);
            assert_ne!(self.session_cookie().await, expired);
        }
        self.browser.picture("08-refreshed").await;
        // Nothing more happens while the token is valid.
        self.opens("/").await;
        self.is_back("/", "Ada Lovelace").await;
        assert_eq!(counted(), (1, 1));
        faults.clear();
    }

    async fn forgets_refresh_token(&self) {
        for (name, _) in self.browser.cookies(&self.demo.url).await {
            if name.starts_with("__refresh") {
                self.browser.forget(&self.demo.url, &name).await;
            }
        }
    }

    async fn signs_in_a_second_account_and_out_of_it(&self) {
        let browser = self.browser;
        self.clicks("Add another account").await;
        browser.sees("Sign in with one click as").await;
        browser.picture("09-second-sign-in").await;
        self.clicks("Grace Hopper").await;
        self.is_back("/", "grace@example.com").await;
        browser.picture("10-second-account").await;
        self.clicks("Switch organization or account").await;
        browser.sees("Accounts in this browser").await;
        browser.picture("11-accounts").await;
        self.clicks("Go back to the application").await;
        self.is_back("/", "grace@example.com").await;
        self.clicks("Sign out").await;
        self.is_back("/", "You are signed out").await;
        // The other account is still in the browser.
        self.clicks("Sign in").await;
        browser.sees("Sign in with one click as").await;
        self.clicks("Ada Lovelace").await;
        self.is_back("/", "ada@example.com").await;
        browser.picture("12-first-account-again").await;
    }

    async fn signs_out(&self) {
        self.clicks("Sign out").await;
        self.is_back("/", "You are signed out").await;
        self.emulator().webhooks_settled().await;
        self.opens("/").await;
        self.browser.sees("session.revoked").await;
        self.browser.picture("13-signed-out-again").await;
        let cookies = self.browser.cookies(&self.demo.url).await;
        assert!(
            !cookies
                .iter()
                .any(|(name, _)| name.starts_with("__session"))
        );
    }

    async fn is_sent_back_to_where_it_wanted_to_go(&self) {
        let browser = self.browser;
        self.opens("/dashboard").await;
        browser.sees("Sign in with one click as").await;
        self.clicks("Alan Turing").await;
        self.is_back("/dashboard", "Only signed-in users see this")
            .await;
        browser.picture("14-dashboard").await;
        self.opens("/admin").await;
        self.is_back("/admin", "Not for you").await;
        browser.picture("15-not-for-you").await;
        self.opens("/").await;
        self.is_back("/", "Alan Turing").await;
    }

    async fn looks_at_narrow_and_dark_pages(&self) {
        let browser = self.browser;
        browser.look(360, "dark").await;
        self.opens("/").await;
        self.is_back("/", "Alan Turing").await;
        assert!(!browser.is_too_wide().await);
        browser.picture("16-narrow").await;
        self.clicks("Switch organization or account").await;
        browser.sees("Bletchley Park").await;
        assert!(!browser.is_too_wide().await);
        browser.picture("17-narrow-account").await;
        self.opens("/").await;
        self.clicks("Sign out").await;
        self.is_back("/", "You are signed out").await;
        assert!(!browser.is_too_wide().await);
        browser.picture("18-narrow-signed-out").await;
        self.clicks("Sign up").await;
        browser.sees("Create an account").await;
        assert!(!browser.is_too_wide().await);
        browser.picture("19-narrow-sign-up").await;
    }
}
