//! What the rules come to in the generated code.

use serde_json::{Value, json};
use xtask::document::Kind;
use xtask::generate::Rewrites;
use xtask::generate::documents::backend_api;
use xtask::generate::layout::MAX_LINES;
use xtask::normalize::docs::Docs;
use xtask::normalize::facts::facts;
use xtask::normalize::overlay::Overlay;
use xtask::regen::{GENERATED, Generated, Input, Texts, generate};

use super::{answers, content, document, object, reference, requiring, string};

#[track_caller]
fn generated(document: &Value) -> Generated {
    let hooks = json!({
        "openapi": "3.0.3",
        "info": { "version": "2025-04-15" },
        "x-webhooks": event_names().into_iter().map(|name| (name.to_owned(), event())).collect::<serde_json::Map<_, _>>(),
    });
    let inputs = [
        (Kind::BackendApi, Input::of(document)),
        (Kind::Webhooks, Input::of(&hooks)),
    ]
    .into();
    let made = generate(&inputs, &Texts::default()).unwrap();
    let again = generate(&inputs, &Texts::default()).unwrap();
    assert_eq!(made.files, again.files, "twice the same");
    made
}

fn event() -> Value {
    json!({ "post": { "requestBody": content(&object(json!({ "data": object(json!({ "id": string() })) }))) } })
}

fn event_names() -> [&'static str; 5] {
    ["user.created", "user_created", "unknown", "a\"b", "日本"]
}

fn code(made: &Generated) -> String {
    let rust = made
        .files
        .iter()
        .filter(|(path, _)| path.starts_with(GENERATED) && path.ends_with(".rs"));
    rust.map(|(_, code)| code.as_str()).collect()
}

#[track_caller]
fn has(code: &str, line: &str) {
    let folded = |text: &str| text.split_whitespace().collect::<String>();
    assert!(
        folded(code).contains(&folded(line)),
        "{line}\nis not in\n{code}"
    );
}

fn post(id: &str, body: &Value) -> Value {
    json!({ "post": { "operationId": id, "requestBody": content(body), "responses": {} } })
}

#[test]
fn names_are_documented_by_their_text_and_said_again_only_where_there_is_none() {
    let thing = object(json!({
        "plain": string(),
        "state": { "type": "string", "enum": ["on", "off"] },
        "title": string(),
        "limited": { "type": "string", "maxLength": 5 },
    }));
    let get = json!({ "operationId": "GetThing", "responses": answers(&reference("Thing")) });
    let document = document(
        json!({ "/things": { "get": get } }),
        json!({ "Thing": thing }),
    );
    let docs = Docs::parse(
        r#"
        self_explaining = ["title", "limited"]
        [any_type]
        state = "Whether it runs."
        "#,
    );
    let made = backend_api(
        &facts(&document),
        &Overlay::default(),
        &docs.unwrap(),
        &mut Rewrites::default(),
    );
    let files = made.unwrap().files;
    let code: String = files.into_values().collect();
    has(&code, "/// `plain`.\n");
    has(&code, "/// Whether it runs.\n#[serde");
    has(
        &code,
        "/// Whether it runs.\n///\n/// A value that this version does not know is kept.\npub enum ThingState",
    );
    has(&code, "/// At most 5 characters.\n");
    has(&code, "#[allow(missing_docs)]");
    assert!(!code.contains("/// `title`") && !code.contains("/// `limited`"));
}

#[test]
fn every_operation_is_in_the_manifest() {
    let get = json!({ "operationId": "Same", "responses": {} });
    let made = generated(&document(
        json!({ "/a": { "get": get, "head": get, "options": get, "trace": get }, "/b/{x": { "put": get, "parameters": [] }, "/c": { "$ref": "#/paths/~1a" } }),
        json!({}),
    ));
    let mut operations: Vec<&str> = made
        .manifest
        .operations
        .values()
        .map(String::as_str)
        .collect();
    operations.sort_unstable();
    assert_eq!(
        operations,
        [
            "GET /a",
            "GET /c",
            "HEAD /a",
            "HEAD /c",
            "OPTIONS /a",
            "OPTIONS /c",
            "PUT /b/{x",
            "TRACE /a",
            "TRACE /c"
        ]
    );
}

#[test]
fn variants_of_odd_enum_values_are_unique_and_keep_their_values() {
    let values = [
        "-created_at",
        "+created_at",
        "Unknown",
        "unknown_value",
        "a b",
        "a-b",
        "AB2",
        "self",
        "1",
        "日本",
        "\"q\"",
        "new\nline",
        "*",
    ];
    let made = generated(&document(
        json!({ "/a": { "get": { "operationId": "Get", "responses": answers(&object(json!({ "x": { "type": "string", "enum": values } }))) } } }),
        json!({}),
    ));
    let code = code(&made);
    let start = code.find("pub enum GetResponseX").unwrap();
    let block = &code[start..start + code[start..].find("\n    }").unwrap()];
    let lines: Vec<&str> = block.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "Q = \"\\\"q\\\"\",",
            "Any = \"*\",",
            "PlusCreatedAt = \"+created_at\",",
            "MinusCreatedAt = \"-created_at\",",
            "N1 = \"1\",",
            "Ab2 = \"AB2\",",
            "UnknownValue2 = \"Unknown\",",
            "AB = \"a b\",",
            "AB2 = \"a-b\",",
            "NewLine = \"new\\nline\",",
            "Self2 = \"self\",",
            "UnknownValue = \"unknown_value\",",
            "Blank = \"日本\",",
        ]
    );
}

#[test]
fn fields_keep_their_names_on_the_wire() {
    let made = generated(&document(
        json!({ "/a": { "get": { "operationId": "Get", "responses": answers(&requiring(
            json!({ "type": string(), "fooBar": string(), "foo_bar": string(), "flatten": string(), "": string() }),
            &["type", "fooBar", "foo_bar", "flatten", ""],
        )) } } }),
        json!({}),
    ));
    let code = code(&made);
    has(&code, "#[serde(rename = \"type\")] pub type_: String,");
    has(
        &code,
        "#[serde(rename = \"fooBar\")] pub foo_bar_2: String,",
    );
    has(&code, "/// `foo_bar`. pub foo_bar: String,");
    has(&code, "/// `flatten`. pub flatten: String,");
    has(&code, "#[serde(rename = \"\")] pub blank: String,");
}

#[test]
fn further_properties_of_a_request_do_not_take_the_name_of_a_declared_one() {
    let mut actor = object(json!({ "extra": string() }));
    actor["additionalProperties"] = json!(true);
    let made = generated(&document(
        json!({ "/a": post("Create", &object(json!({ "actor": actor }))) }),
        json!({}),
    ));
    let code = code(&made);
    has(&code, "pub extra: Option<String>,");
    has(&code, "#[serde(flatten)] pub extra_2: crate::JsonObject,");
}

#[test]
fn bodies_that_have_no_empty_form_are_options() {
    let made = generated(&document(
        json!({
            "/a": post("A", &json!({ "type": "integer" })),
            "/b": post("B", &reference("Colour")),
            "/c": post("C", &json!({ "type": "boolean", "nullable": true })),
            "/d": post("D", &json!({ "type": "string" })),
            "/e": post("E", &json!({ "type": "array", "items": reference("Colour") })),
            "/f": post("F", &json!({})),
        }),
        json!({ "Colour": { "type": "string", "enum": ["red", "green"] } }),
    ));
    let code = code(&made);
    for body in [
        "optional Option<i64>;",
        "optional Option<types::Colour>;",
        "optional Option<bool>;",
        "optional String;",
        "optional Vec<types::Colour>;",
        "optional ::serde_json::Value;",
    ] {
        has(&code, &format!("body: json {body}"));
    }
}

#[test]
fn setters_of_a_request_never_share_a_name() {
    let query = |name: &str| json!({ "name": name, "in": "query", "schema": string() });
    let body = object(
        json!({ "limit": string(), "body_limit": string(), "send": string(), "Limit": string() }),
    );
    let list = json!({ "type": "array", "items": string() });
    let made = generated(&document(
        json!({
            "/a": { "post": { "operationId": "A", "parameters": [query("limit"), query("json")], "requestBody": content(&body), "responses": {} } },
            "/b": { "post": { "operationId": "B", "parameters": [query("items")], "requestBody": content(&list), "responses": {} } },
        }),
        json!({}),
    ));
    let code = code(&made);
    for (block, setters) in [
        (
            "impl<R> A<R> {",
            &[
                "limit",
                "json_",
                "limit_2",
                "body_limit",
                "body_limit_2",
                "send_",
            ][..],
        ),
        ("impl<R> B<R> {", &["items", "body_items"]),
    ] {
        let block = &code[code.find(block).unwrap()..];
        let block = &block[..block.find("\n}").unwrap()];
        let mut found: Vec<&str> = block
            .split("pub fn ")
            .skip(2)
            .filter_map(|f| f.split('(').next())
            .collect();
        let mut expected = setters.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[test]
fn lists_with_a_window_of_numbers_in_the_query_are_walked_over() {
    let query =
        |name: &str, kind: &str| json!({ "name": name, "in": "query", "schema": { "type": kind } });
    let window = [query("limit", "integer"), query("offset", "integer")];
    let array = json!({ "type": "array", "items": reference("Thing") });
    let list = requiring(
        json!({ "data": array, "total_count": { "type": "integer" } }),
        &["data", "total_count"],
    );
    let get = |id: &str, parameters: &[Value], answer: &Value| json!({ "get": { "operationId": id, "parameters": parameters, "responses": answers(answer) } });
    let body = content(&object(json!({ "x": string() })));
    let made = generated(&document(
        json!({
            "/a": get("Arrays", &window, &array),
            "/b": get("Lists", &[&window[..], &[query("stream", "string"), query("pages", "string")]].concat(), &list),
            "/c": get("NoOffset", &window[..1], &array),
            "/d": get("Texts", &[query("limit", "string"), query("offset", "string")], &array),
            "/e": get("NoList", &window, &reference("Thing")),
            "/f": { "post": { "operationId": "Sending", "parameters": window, "requestBody": body, "responses": answers(&array) } },
        }),
        json!({ "Thing": requiring(json!({ "id": string() }), &["id"]) }),
    ));
    let code = code(&made);
    let walked: Vec<&str> = code.lines().filter(|l| l.contains("paged!")).collect();
    assert_eq!(
        walked,
        [
            "crate::paged! { Arrays: Vec<types::Thing> }",
            "crate::paged! { Lists: Page<types::Thing> }"
        ]
    );
    has(&code, "pub fn stream_(mut self");
    has(&code, "pub fn pages_(mut self");
}

#[test]
fn a_type_that_is_sent_and_answered_can_be_made() {
    let thing = json!({ "Thing": requiring(json!({ "id": string(), "note": string() }), &["id"]) });
    let paths = json!({
        "/a": { "post": {
            "operationId": "A",
            "requestBody": content(&json!({ "type": "array", "items": reference("Thing") })),
            "responses": answers(&reference("Thing")),
        } },
    });
    let code = code(&generated(&document(paths, thing)));
    has(
        &code,
        "impl Thing { /// Makes one of what it must have. #[must_use] pub fn new(id: impl Into<String>) -> Self {",
    );
}

#[test]
fn what_may_hold_its_own_type_is_boxed_and_optional() {
    let tree = requiring(
        json!({ "up": { "allOf": [reference("Tree")], "nullable": true }, "down": reference("Tree") }),
        &["up"],
    );
    let paths = json!({ "/a": { "get": { "operationId": "A", "responses": answers(&reference("Tree")) } } });
    let code = code(&generated(&document(paths, json!({ "Tree": tree }))));
    has(&code, "pub up: Option<Box<types::Tree>>,");
    has(&code, "pub down: Option<Box<types::Tree>>,");
}

#[test]
fn tags_become_modules_of_their_own() {
    let tags = [
        "types",
        "shared",
        "webhook_events",
        "calls",
        "self",
        "crate",
        "日本",
        "",
        "Users",
        "users",
        "a/../b",
        "new\nline",
    ];
    let paths: serde_json::Map<_, _> = tags
        .iter()
        .enumerate()
        .map(|(n, tag)| (format!("/{n}"), json!({ "get": { "operationId": format!("get{n}"), "tags": [tag], "responses": {} } })))
        .collect();
    let made = generated(&document(paths.into(), json!({})));
    let mut folders: Vec<&str> = made
        .files
        .keys()
        .filter_map(|path| {
            path.strip_prefix("clerk-api/src/generated/")?
                .strip_suffix("/operations.rs")
        })
        .collect();
    folders.sort_unstable();
    assert_eq!(
        folders,
        [
            "a_b",
            "blank",
            "calls_resource",
            "crate_resource",
            "new_line",
            "self_resource",
            "shared_resource",
            "types_resource",
            "users",
            "webhook_events_resource",
        ]
    );
}

#[test]
fn events_have_variants_of_their_own() {
    let made = generated(&document(
        json!({ "/a": { "get": { "responses": {} } } }),
        json!({}),
    ));
    let events = &made.files["clerk-api/src/generated/webhook_events/mod.rs"];
    for line in [
        "UserCreated(types::UserCreatedData) = \"user.created\",",
        "UserCreated2(types::UserCreated2Data) = \"user_created\",",
        "Unknown2(types::Unknown2Data) = \"unknown\",",
        "AB(types::ABData) = \"a\\\"b\",",
        "Blank(types::BlankData) = \"日本\",",
    ] {
        has(events, line);
    }
}

#[test]
fn text_of_the_document_cannot_leave_its_place() {
    let mut document = document(
        json!({ "/a\n\r\"/{x}": { "get": { "operationId": "x\r\n}; compile_error!();\"", "tags": ["t\n} compile_error!();"], "responses": {} } } }),
        json!({}),
    );
    document["info"]["version"] = json!("1\"; compile_error!();\n//");
    for (path, code) in generated(&document).files {
        if path.starts_with(GENERATED) && path.ends_with(".rs") {
            for item in syn::parse_file(&code).unwrap().items {
                let text =
                    matches!(&item, syn::Item::Macro(m) if m.mac.path.is_ident("compile_error"));
                assert!(!text, "{path}: {code}");
            }
        }
    }
}

#[test]
fn what_would_be_too_long_a_file_is_split() {
    let fields: serde_json::Map<_, _> = (0..30).map(|n| (format!("field_{n}"), string())).collect();
    let mut paths = serde_json::Map::new();
    for n in 0..70 {
        let body = object(fields.clone().into());
        let mut operation = post(&format!("Send{n}"), &body)["post"].clone();
        operation["tags"] = json!(["Long"]);
        operation["responses"] = answers(&body);
        paths.insert(format!("/{n}"), json!({ "post": operation }));
    }
    let made = generated(&document(paths.into(), json!({})));
    for (path, code) in made.files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let lines = code.lines().count();
        // The preamble and what is imported come on top.
        assert!(lines <= MAX_LINES + 10, "{path} has {lines} lines");
    }
    for part in [
        "src/generated/long/operations_2.rs",
        "src/generated/long/types_2.rs",
    ] {
        assert!(
            made.files.contains_key(&format!("clerk-api/{part}")),
            "{part}: {:#?}",
            made.files.keys()
        );
    }
    let module = &made.files["clerk-api/src/generated/long/mod.rs"];
    has(module, "pub(super) mod types_2;");
    has(
        &made.files["clerk-api/src/generated/mod.rs"],
        "pub use super::long::types_2::*;",
    );
}
