//! Reading and moving the pins in source.toml.

use std::path::Path;

use xtask::document::Kind;
use xtask::source::Source;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/source.toml");

#[test]
fn the_committed_pins_are_valid_and_name_github() {
    let source = Source::load(Path::new(COMMITTED)).unwrap();
    let url = source.raw_url(source.pin(Kind::BackendApi));
    assert!(
        url.starts_with("https://raw.githubusercontent.com/clerk/openapi-specs/"),
        "{url}"
    );
    assert!(
        url.ends_with(&format!("/bapi/{}.yml", source.backend_api.version)),
        "{url}"
    );
}

#[test]
fn a_moved_pin_keeps_every_comment() {
    let text = std::fs::read_to_string(COMMITTED).unwrap();
    let mut source = Source::parse(&text).unwrap();
    let old = source.webhooks.clone();
    let mut pin = old.clone();
    pin.path = "webhooks/2027-01-31.yml".to_owned();
    pin.version = "2027-01-31".to_owned();
    pin.sha256 = "0".repeat(64);
    source.set_pin(Kind::Webhooks, pin.clone());
    let saved = source.written_into(&text).unwrap();
    let expected = text
        .replace(&old.version, "2027-01-31")
        .replace(&old.sha256, &"0".repeat(64));
    assert_eq!(saved, expected);
    assert_eq!(Source::parse(&saved).unwrap(), source);

    // A version that the document states comes and goes.
    pin.stated_version = Some("2026-01-01".to_owned());
    source.set_pin(Kind::Webhooks, pin.clone());
    let stated = source.written_into(&saved).unwrap();
    assert_eq!(Source::parse(&stated).unwrap(), source);
    pin.stated_version = None;
    source.set_pin(Kind::Webhooks, pin);
    assert_eq!(source.written_into(&stated).unwrap(), saved);
}

#[test]
fn the_addresses_have_defaults() {
    let text: String = std::fs::read_to_string(COMMITTED)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("base_url") && !line.starts_with("api_url"))
        .map(|line| format!("{line}\n"))
        .collect();
    let source = Source::parse(&text).unwrap();
    assert_eq!(source.base_url, "https://raw.githubusercontent.com");
    assert_eq!(source.api_url, "https://api.github.com");
}

#[test]
fn a_pin_out_of_form_is_not_saved() {
    let text = std::fs::read_to_string(COMMITTED).unwrap();
    let mut source = Source::parse(&text).unwrap();
    source.frontend_api.sha256 = "75DF".to_owned();
    let error = format!("{:#}", source.written_into(&text).unwrap_err());
    assert!(error.contains("not saved: in [frontend_api]"), "{error}");
}

#[test]
fn a_field_out_of_form_is_named() {
    let text = std::fs::read_to_string(COMMITTED).unwrap();
    let source = Source::parse(&text).unwrap();
    let pin = &source.backend_api;
    let cases = [
        (source.repository.as_str(), "clerk", "`repository`"),
        (source.repository.as_str(), "clerk/../x", "`repository`"),
        (&source.base_url, "http://example.com", "`base_url`"),
        (
            &source.base_url,
            "https://user:word@example.com",
            "user name or password",
        ),
        (&source.api_url, "https://api.github.com/", "trailing slash"),
        (&pin.path, "../bapi/2026-05-12.yml", "`path`"),
        (&pin.path, "bapi/2026-13-12.yml", "`path`"),
        (&pin.path, "bapi/2026-05-11.yml", "`version`"),
        (&pin.commit, "main", "`commit`"),
        (&pin.sha256, "75DF", "`sha256`"),
        ("version = ", "verzion = ", "verzion"),
    ];
    for (old, new, expected) in cases {
        let error = format!("{:#}", Source::parse(&text.replace(old, new)).unwrap_err());
        assert!(error.contains(expected), "{new:?} gave: {error}");
    }
}
