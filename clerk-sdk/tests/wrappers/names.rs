//! That no method and no operation is left out of these tests.

use std::path::Path;

use serde_json::Value;

use super::OPERATIONS;

fn sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrappers");
    let mut sources = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("names.rs") {
            sources += &std::fs::read_to_string(path).unwrap();
        }
    }
    sources
}

#[test]
fn each_operation_of_the_document_is_reached_by_a_method() {
    let sources = sources();
    let missing: Vec<&String> = OPERATIONS
        .keys()
        .filter(|id| !sources.contains(&format!("\"{id}\"")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let document = include_str!("../../../openapi/backend-api.json");
    assert_eq!(
        OPERATIONS.len(),
        document.matches("\"operationId\":").count(),
        "each id once"
    );
}

#[test]
fn each_method_of_the_javascript_sdks_has_its_like() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/methods.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: ../shared/design/methods.json is not there");
        return;
    };
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let sources = sources();
    let (mut of_version_4, mut of_version_3) = (0, 0);
    for row in &rows {
        for (version, count) in [("v4", &mut of_version_4), ("v3", &mut of_version_3)] {
            if let Some(method) = row[version].as_str() {
                let name = format!("\"{}.{method}\"", row["resource"].as_str().unwrap());
                assert!(sources.contains(&name), "{name}");
                *count += 1;
            }
        }
    }
    assert_eq!((of_version_4, of_version_3), (58, 189));
}
