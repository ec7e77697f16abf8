#![allow(clippy::unwrap_used)]

use std::cell::RefCell;

use super::*;

thread_local! {
    /// The environment of the process, as far as these tests are concerned, and how often it was read.
    static PROCESS: RefCell<(Vec<(&'static str, &'static str)>, u32)> = const { RefCell::new((Vec::new(), 0)) };
}

fn set(variables: &[(&'static str, &'static str)]) {
    PROCESS.with_borrow_mut(|process| process.0 = variables.to_vec());
}

fn read() -> Environment {
    PROCESS.with_borrow_mut(|(variables, reads)| {
        *reads += 1;
        variables.iter().copied().collect()
    })
}

fn reads() -> u32 {
    PROCESS.with_borrow(|process| process.1)
}

fn key(clerk: &Clerk) -> String {
    clerk.settings().secret_key().expose().to_owned()
}

#[test]
fn a_client_made_too_early_takes_the_environment_once_it_has_a_key_and_then_no_more() {
    set(&[("CLERK_API_VERSION", "v1")]);
    let clerk = Clerk::reloading_env(read);
    clerk.reload_env_if_unset();
    assert!(clerk.settings().secret_key().is_missing());
    set(&[
        ("CLERK_SECRET_KEY", "sk_test_1"),
        ("CLERK_API_VERSION", "v9"),
    ]);
    clerk.reload_env_if_unset();
    assert_eq!(key(&clerk), "sk_test_1");
    assert_eq!(clerk.settings().api_version(), "v9");
    let before = reads();
    set(&[("CLERK_SECRET_KEY", "sk_test_2")]);
    clerk.reload_env_if_unset();
    assert_eq!(key(&clerk), "sk_test_1");
    assert_eq!(reads(), before);
}

#[test]
fn a_handle_taken_too_early_gets_the_key_with_its_next_request() {
    set(&[]);
    let clerk = Clerk::reloading_env(read);
    let users = clerk.users();
    set(&[("CLERK_SECRET_KEY", "sk_test_1")]);
    let _ = users.get_user_list();
    assert_eq!(key(&clerk), "sk_test_1");
    assert_eq!(clerk.api().config().secret_key.expose(), "sk_test_1");

    set(&[]);
    let clerk = Clerk::reloading_env(read);
    let early = clerk.m2m();
    set(&[("CLERK_SECRET_KEY", "sk_test_2")]);
    let _ = early.list();
    assert_eq!(
        clerk.machine_api().config().secret_key.expose(),
        "sk_test_2"
    );
}

#[test]
fn what_was_set_stays_and_an_empty_key_that_was_passed_is_no_reason_to_look_for_another() {
    set(&[]);
    let clerk = Clerk::reloading_env(read);
    clerk.set_api_version("v2");
    clerk.set_secret_key("");
    set(&[
        ("CLERK_SECRET_KEY", "sk_test_1"),
        ("CLERK_API_VERSION", "v9"),
    ]);
    clerk.reload_env_if_unset();
    assert!(clerk.settings().secret_key().is_missing());
    clerk.update(|options| options.secret_key = None).unwrap();
    clerk.reload_env_if_unset();
    assert_eq!(key(&clerk), "sk_test_1");
    assert_eq!(clerk.settings().api_version(), "v2");
}

#[test]
fn a_client_of_ones_own_keeps_the_environment_it_was_made_with() {
    set(&[("CLERK_SECRET_KEY", "sk_test_1")]);
    let clerk = Clerk::with_environment(ClerkOptions::new(), Environment::empty()).unwrap();
    clerk.reload_env_if_unset();
    let _ = clerk.api();
    assert!(clerk.settings().secret_key().is_missing());
    assert_eq!(reads(), 0);
}
