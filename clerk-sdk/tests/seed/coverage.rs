//! That there is a method for every row of the list of methods of Clerk's JavaScript SDK. That each of them sends what it
//! should is tested with the wrappers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// `None`, with a message, where the list is not at hand: it is no part of the repository.
fn rows() -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/methods.json");
    match fs::read(path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(error) => {
            eprintln!("skipped, the list of methods is not at hand: {error}");
            None
        }
    }
}

/// The names of Rust: `createSMSMessage` is `create_sms_message`.
fn snake_case(name: &str) -> String {
    // Words whose letters do not tell where they end.
    let name = name
        .trim_start_matches("__experimental_")
        .replace("idPOAuth", "idpOauth")
        .replace("OAuth", "Oauth");
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| letters[index]);
        let after = letters.get(index + 1);
        let begins_word = before.is_some_and(|before| !before.is_uppercase())
            || after.is_some_and(|after| after.is_lowercase());
        if letter.is_uppercase() && index > 0 && begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The sources of the methods of a resource: its lines in the table, and the hand-written ones.
fn methods(resource: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/resources");
    let table = fs::read_to_string(folder.join("table.rs")).unwrap();
    let Some((_, rest)) = table.split_once(&format!("\n    {resource}: ")) else {
        return String::new();
    };
    let (name, lines) = rest.split_once(' ').unwrap();
    let mut sources = lines.split_once("}\n").unwrap().0.to_owned();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for (_, block) in text
            .match_indices(&format!("\nimpl {name} {{\n"))
            .map(|(at, _)| text.split_at(at + 1))
        {
            sources += block.split_once("\n}\n").unwrap().0;
        }
    }
    sources
}

/// How many rows have a name in this generation of the SDK, and those among them without a method.
fn covered(rows: &[Value], generation: &str) -> (usize, Vec<String>) {
    let mut sources = BTreeMap::new();
    let mut missing = Vec::new();
    let mut count = 0;
    for row in rows {
        let Some(method) = row[generation].as_str() else {
            continue;
        };
        count += 1;
        let resource = match row["resource"].as_str().unwrap() {
            // The word belongs to those that are received.
            "webhooks" => "svix_apps".to_owned(),
            other => snake_case(other),
        };
        let source = sources
            .entry(resource.clone())
            .or_insert_with(|| methods(&resource));
        if !source.contains(&format!(" fn {}(", snake_case(method))) {
            missing.push(format!("{resource}.{method}"));
        }
    }
    (count, missing)
}

#[test]
fn c20_every_method_of_version_4_has_one_here() {
    if let Some(rows) = rows() {
        assert_eq!(covered(&rows, "v4"), (58, Vec::new()));
    }
}

#[test]
fn c21_every_method_of_version_3_16_has_one_here() {
    if let Some(rows) = rows() {
        assert_eq!(covered(&rows, "v3"), (189, Vec::new()));
    }
}

#[test]
fn c20_c21_names_are_turned_into_those_of_rust() {
    for (name, snake) in [
        ("createSMSMessage", "create_sms_message"),
        ("disableUserMFA", "disable_user_mfa"),
        ("idPOAuthAccessToken", "idp_oauth_access_token"),
        ("getUserOauthAccessToken", "get_user_oauth_access_token"),
        ("deleteUserWeb3Wallet", "delete_user_web3_wallet"),
        ("m2m", "m2m"),
        (
            "__experimental_accountlessApplications",
            "accountless_applications",
        ),
    ] {
        assert_eq!(snake_case(name), snake);
    }
}
