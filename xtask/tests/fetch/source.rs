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
fn saving_moves_a_pin_and_keeps_every_comment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("source.toml");
    let text = std::fs::read_to_string(COMMITTED).unwrap();
    std::fs::write(&path, &text).unwrap();

    let mut source = Source::load(&path).unwrap();
    let mut pin = source.backend_api.clone();
    pin.path = "bapi/2027-01-31.yml".to_owned();
    pin.version = "2027-01-31".to_owned();
    pin.sha256 = "0".repeat(64);
    let old = source.backend_api.clone();
    source.set_pin(Kind::BackendApi, pin);
    source.save(&path).unwrap();

    let saved = std::fs::read_to_string(&path).unwrap();
    let expected = text
        .replace(&old.version, "2027-01-31")
        .replace(&old.sha256, &"0".repeat(64));
    assert_eq!(saved, expected);
    assert_eq!(Source::load(&path).unwrap(), source);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no temporary file is left"
    );
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
fn a_layout_without_a_place_for_a_value_is_not_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("source.toml");
    let text = std::fs::read_to_string(COMMITTED)
        .unwrap()
        .replace("[backend_api]", "[ 'backend_api' ]");
    std::fs::write(&path, &text).unwrap();
    let mut source = Source::load(&path).unwrap();
    source.backend_api.sha256 = "0".repeat(64);
    let error = format!("{:#}", source.save(&path).unwrap_err());
    assert!(error.contains("found no place"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
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
