//! What is accepted as a document, and what each refusal says.

use std::path::PathBuf;

use xtask::document::{DocumentError, Kind, parse, parse_any, parse_lacking};
use xtask::normalize::overlay::Overlay;

const TINY: &str = "\
openapi: 3.0.3
paths:
  /users/{user_id}:
    get:
      operationId: GetUser
      responses:
        200:
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/User'
components:
  schemas:
    User:
      type: object
      properties:
        status:
          type: string
          enum: [on, off, no]
";

fn refusal(text: &str) -> DocumentError {
    parse(text.as_bytes(), "a.yml", Kind::BackendApi).unwrap_err()
}

/// Clerk's own documents, where the folder beside the workspace is there.
fn upstream() -> Vec<(PathBuf, Kind)> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/openapi"));
    let mut found = Vec::new();
    for (folder, kind) in [("bapi", Kind::BackendApi), ("webhooks", Kind::Webhooks)] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
            continue;
        };
        found.extend(entries.map(|entry| (entry.unwrap().path(), kind)));
    }
    if found.is_empty() {
        println!("skipped: no ../shared/openapi beside the workspace");
    }
    found
}

#[test]
fn integer_keys_become_strings_and_on_off_no_stay_strings() {
    let document = parse(TINY.as_bytes(), "tiny.yml", Kind::BackendApi).unwrap();
    assert!(
        document
            .pointer("/paths/~1users~1{user_id}/get/responses/200")
            .is_some()
    );
    let values = document
        .pointer("/components/schemas/User/properties/status/enum")
        .unwrap();
    assert_eq!(values, &serde_json::json!(["on", "off", "no"]));
}

#[test]
fn json_text_is_read_like_yaml_text() {
    let yaml = parse(TINY.as_bytes(), "tiny.yml", Kind::BackendApi).unwrap();
    let json = serde_json::to_vec(&yaml).unwrap();
    assert_eq!(parse(&json, "tiny.json", Kind::BackendApi).unwrap(), yaml);
}

#[test]
fn every_refusal_says_what_is_wrong() {
    let cases: [(&str, &str); 8] = [
        ("- 1\n- 2\n", "a list, not a mapping"),
        ("just words\n", "plain text, not a mapping"),
        ("swagger: '2.0'\npaths: {}\n", "no `openapi` field"),
        ("openapi: 3.1.0\npaths: {}\n", "version 3.1.0"),
        ("openapi: 3.1\npaths: {}\n", "version 3.1;"),
        (
            "openapi: 3.0.3\npaths: {}\ncomponents: {}\n",
            "no operation under `paths`",
        ),
        ("a: [1\nb: {]}\nc: d\n", "a.yml:2:"),
        ("", "the top level is empty"),
    ];
    for (text, expected) in cases {
        let shown = refusal(text).to_string();
        assert!(shown.contains(expected), "{text:?} gave: {shown}");
        assert!(shown.starts_with("a.yml:"), "{shown}");
    }
    let events = parse(TINY.as_bytes(), "a.yml", Kind::Webhooks).unwrap_err();
    assert_eq!(
        events,
        DocumentError::NoWebhooks {
            name: "a.yml".to_owned()
        }
    );
}

#[test]
fn bytes_that_are_not_text_are_refused_with_their_offset() {
    let error = parse(b"openapi: \xff\xfe\n", "a.yml", Kind::BackendApi).unwrap_err();
    assert_eq!(
        error,
        DocumentError::NotUtf8 {
            name: "a.yml".to_owned(),
            offset: 9
        }
    );
    let huge = vec![b'a'; xtask::document::MAX_BYTES + 1];
    let error = parse(&huge, "a.yml", Kind::BackendApi).unwrap_err();
    assert!(matches!(error, DocumentError::TooLarge { .. }));
}

#[test]
fn multiplying_aliases_and_deep_nesting_are_refused_quickly() {
    let mut bomb = String::from("openapi: 3.0.3\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert!(
        matches!(refusal(&bomb), DocumentError::TooComplex { .. }),
        "{}",
        refusal(&bomb)
    );

    let deep: String = (0..3_000)
        .map(|level| format!("{}k:\n", " ".repeat(level)))
        .collect();
    assert!(matches!(
        refusal(&deep),
        DocumentError::TooComplex { .. } | DocumentError::NotText { .. }
    ));
    let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(refusal(&json), DocumentError::NotText { .. }));
}

#[test]
fn a_dangling_reference_is_named_with_its_place() {
    let cut = &TINY[..TINY.find("components:").unwrap()];
    let shown = refusal(cut).to_string();
    assert!(
        shown.contains(
            "looks cut off: `#/components/schemas/User` is referred to at /paths/~1users"
        ),
        "{shown}"
    );
    assert!(shown.contains("no `components` section"), "{shown}");
    let renamed = TINY.replace("    User:", "    Person:");
    assert!(
        refusal(&renamed)
            .to_string()
            .contains("`#/components/schemas/User`")
    );
}

#[test]
fn what_a_whole_file_lacks_is_clerks_mistake_and_the_error_says_how_to_go_on() {
    let gone = "#/components/schemas/User";
    let more = "x-after: 1\n";
    let cases = [
        // Another section follows the one of the schemas, or something the components.
        TINY.replace("    User:", "    Person:") + "  responses: {}\n",
        TINY.replace("    User:", "    Person:") + more,
        TINY.replace("#/components/schemas/User", "#/components/schemas/Gone") + more,
        format!("{TINY}    Empty:\n{more}"),
        TINY.replace("responses:", "deprecated: true\n      x-not:") + more,
    ];
    let said = [
        format!(
            "`{gone}` is referred to at /paths/~1users~1{{user_id}}/get/responses/200/content/application~1json/schema/$ref"
        ),
        format!("`{gone}` is referred to"),
        "`#/components/schemas/Gone` is referred to".to_owned(),
        "nothing follows at /components/schemas/Empty".to_owned(),
        "GET /users/{user_id} has no `responses`".to_owned(),
    ];
    for (text, expected) in cases.iter().zip(&said) {
        let error = refusal(text);
        let shown = error.to_string();
        assert!(
            shown.contains(&format!("the file is whole, but {expected}"))
                && shown.contains("mistake in Clerk's document"),
            "{shown}"
        );
        // What the error says to write is what accepts it.
        let toml = shown.split("overlay.toml:\n\n").nth(1).unwrap();
        let toml = toml.split("\nWhat refers").next().unwrap();
        let lacking = Overlay::parse(toml).unwrap().lacking();
        parse_lacking(text.as_bytes(), "a.yml", Kind::BackendApi, &lacking).unwrap();
    }
    let json = parse(TINY.as_bytes(), "a.yml", Kind::BackendApi).unwrap();
    let json = json.to_string().replace("\"User\"", "\"Person\"");
    assert!(matches!(refusal(&json), DocumentError::Lacking { .. }));
}

#[test]
fn only_a_web_page_is_called_one() {
    for page in [
        "<!DOCTYPE html>\n<html><body>502</body></html>\n",
        "\n  <html>\n",
        "<?xml version=\"1.0\"?>\n<Error/>\n",
    ] {
        let shown = refusal(page).to_string();
        assert!(shown.contains("a web page"), "{shown}");
    }
    for text in ["a: [1\nb: {]}\nc: d\n", "a: 'b\n", "{\"a\": }", "words\n"] {
        let shown = refusal(text).to_string();
        assert!(!shown.contains("page"), "{shown}");
    }
}

#[test]
fn words_in_examples_are_not_taken_for_references() {
    let example = "          example: {$ref: '#/nowhere', empty: null}\n";
    let text = format!("{TINY}{example}");
    assert!(parse(text.as_bytes(), "tiny.yml", Kind::BackendApi).is_ok());
}

#[test]
fn every_document_of_clerk_is_accepted() {
    for (path, kind) in upstream() {
        let bytes = std::fs::read(&path).unwrap();
        let (_, found) = parse_any(&bytes, &path.display().to_string(), &|_| Vec::new()).unwrap();
        assert_eq!(found, kind, "{}", path.display());
    }
}

#[test]
fn a_cut_document_is_refused_wherever_it_was_cut() {
    let Some((path, kind)) = upstream()
        .into_iter()
        .filter(|(_, kind)| *kind == Kind::BackendApi)
        .max()
    else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let whole = parse(&bytes, "whole.yml", kind).unwrap();
    // Evenly over the text, at that byte and at the end of its line; and closely over the tail. (Between two lines of
    // the very last schema nothing tells; there Content-Length and the checksum do.)
    let spread = (1..20).map(|part| bytes.len() * part / 20);
    let line_ends = spread
        .clone()
        .map(|cut| cut + bytes[cut..].iter().position(|byte| *byte == b'\n').unwrap() + 1);
    let tail = (1..8)
        .map(|part| bytes.len() - part * 137)
        .filter(|cut| bytes[cut - 1] != b'\n');
    for cut in spread.chain(line_ends).chain(tail) {
        // What follows the components is of no interest to anyone.
        let complete = |part: &serde_json::Value| {
            ["paths", "x-webhooks", "components"]
                .iter()
                .all(|key| part.get(key) == whole.get(key))
        };
        match parse(&bytes[..cut], "cut.yml", kind) {
            Ok(part) => assert!(
                complete(&part),
                "half a document was accepted, cut at byte {cut}"
            ),
            Err(error) => assert!(error.to_string().starts_with("cut.yml")),
        }
    }
}
