//! Passkeys: registered by their users, and proved when they sign in.

use base64::Engine;
use serde_json::{Value, json};
use url::Url;

use super::TEN_MINUTES;
use super::users::{find_user, user_not_found};
use super::webauthn::{BASE64URL, Credential, ES256, Expected, RS256};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::bounds::MAX_PASSKEYS;
use crate::store::{Assertion, CREDENTIAL_ID, State, User};

const MAX_NAME: usize = 256;

/// Whose passkey was proved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asserted {
    pub(crate) user_id: String,
    pub(crate) passkey_id: String,
    /// Whether the device asked for a finger, a face or a PIN.
    pub(crate) is_user_verified: bool,
}

fn passkey_not_found(id: &str) -> ApiError {
    ApiError::not_found("passkey", id)
}

fn rejected(code: &str, why: &str) -> ApiError {
    let long = format!("public_key_credential {why}.");
    ApiError::parameter(code, "public_key_credential", "is invalid", &long)
}

const REGISTRATION: &str = "passkey_registration_failure";
const AUTHENTICATION: &str = "passkey_authentication_failure";

/// Returns the site that a page's passkeys are for: its host, and its origin. A native app has none: it is of the
/// instance's.
fn site(cx: Context<'_>, origin: Option<&str>) -> (String, String) {
    let origin = origin.unwrap_or(&cx.instance.settings.url);
    let url = Url::parse(origin).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    (host.to_owned(), origin.to_owned())
}

fn new_challenge(cx: Context<'_>) -> String {
    BASE64URL.encode(cx.instance.ids.letters(32))
}

/// Returns the ids that authenticators know a user's passkeys by.
fn known_credentials(user: &User) -> Vec<Value> {
    user.passkeys()
        .map(|passkey| &passkey[CREDENTIAL_ID])
        .map(|id| json!({"type": "public-key", "id": id}))
        .collect()
}

/// Returns a passkey of a user.
pub(crate) fn find_passkey<'a>(
    state: &'a State,
    user_id: &str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    let linked = find_user(state, user_id)?.linked.as_deref();
    let mut passkeys = linked.into_iter().flat_map(|linked| &linked.passkeys);
    passkeys
        .find(|passkey| passkey["id"] == id)
        .ok_or_else(|| passkey_not_found(id))
}

fn change_passkey(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    change: impl FnOnce(&mut Value),
) -> Result<(), ApiError> {
    let changed = state.users.change(user_id, |user| {
        let passkeys = &mut user.linked.as_mut()?.passkeys;
        let passkey = passkeys.iter_mut().find(|passkey| passkey["id"] == id)?;
        change(passkey);
        passkey["updated_at"] = cx.now.into();
        user.updated_at = cx.now;
        Some(())
    });
    changed.flatten().ok_or_else(|| passkey_not_found(id))
}

/// Begins to register a passkey of a user, for the site of the page that asks; returns the passkey's id.
pub(crate) fn begin_registration(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    origin: Option<&str>,
) -> Result<String, ApiError> {
    let user = find_user(state, user_id)?;
    if known_credentials(user).len() >= MAX_PASSKEYS {
        let long = format!("A user has {MAX_PASSKEYS} passkeys at most: delete one first.");
        return Err(ApiError::forbidden("passkeys_limit_reached", &long));
    }
    let (rp_id, origin) = site(cx, origin);
    let challenge = new_challenge(cx);
    let name = user.identifier().unwrap_or(&user.id);
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    let shown: Vec<&str> = names.into_iter().flatten().collect();
    let shown = if shown.is_empty() {
        name.to_owned()
    } else {
        shown.join(" ")
    };
    let options = json!({
        "challenge": challenge,
        "rp": {"id": rp_id, "name": "Clerk emulator"},
        "user": {"id": BASE64URL.encode(&user.id), "name": name, "displayName": shown},
        "pubKeyCredParams": [{"type": "public-key", "alg": ES256}, {"type": "public-key", "alg": RS256}],
        "timeout": TEN_MINUTES,
        "excludeCredentials": known_credentials(user),
        "authenticatorSelection": {"residentKey": "required", "requireResidentKey": true, "userVerification": "preferred"},
        "attestation": "none",
    });
    let id = cx.instance.ids.id("idn");
    let passkey = json!({
        "object": "passkey", "id": id, "name": "Passkey", "last_used_at": null,
        "verification": {
            "object": "verification_passkey", "status": "unverified", "strategy": "passkey", "attempts": 0,
            "expire_at": cx.now.saturating_add(TEN_MINUTES),
        },
        "created_at": cx.now, "updated_at": cx.now,
        "_options": options.to_string(), "_challenge": challenge, "_origin": origin, "_rp_id": rp_id,
    });
    state.users.change(user_id, |user| {
        let passkeys = &mut user.linked_mut().passkeys;
        // One at a time: what was begun before is given up.
        passkeys.retain(|passkey| passkey["verification"]["status"] != "unverified");
        passkeys.push(passkey);
        user.updated_at = cx.now;
    });
    Ok(id)
}

/// Registers the credential that an authenticator made for a passkey.
pub(crate) fn complete_registration(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    credential: &str,
) -> Result<(), ApiError> {
    let passkey = find_passkey(state, user_id, id)?;
    let verification = &passkey["verification"];
    if verification["status"] == "verified" {
        let long = "This passkey is registered already.";
        return Err(ApiError::bad_state("verification_already_verified", long));
    }
    if verification["expire_at"].as_i64().unwrap_or_default() <= cx.now {
        let long = "The registration has expired; begin another one.";
        return Err(ApiError::bad_state("verification_expired", long));
    }
    let text = |name: &str| passkey[name].as_str().unwrap_or_default();
    let expected = Expected {
        challenge: text("_challenge"),
        origin: text("_origin"),
        rp_id: text("_rp_id"),
    };
    let registered = Credential::read(credential)
        .and_then(|credential| credential.registered(expected))
        .map_err(|why| rejected(REGISTRATION, why))?;
    if state
        .users
        .by_credential_id(&registered.credential_id)
        .is_some()
    {
        return Err(rejected(REGISTRATION, "is a passkey already"));
    }
    change_passkey(cx, state, user_id, id, |passkey| {
        passkey[CREDENTIAL_ID] = registered.credential_id.into();
        passkey["_public_key"] = registered.public_key;
        passkey["_sign_count"] = registered.sign_count.into();
        passkey["verification"]["status"] = "verified".into();
        passkey["verification"]["attempts"] = 1.into();
        if let Some(fields) = passkey.as_object_mut() {
            for answered in ["_options", "_challenge", "_origin"] {
                fields.remove(answered);
            }
        }
    })
}

/// Gives a passkey another name; none is the first one again.
pub(crate) fn rename_passkey(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    name: Option<&str>,
) -> Result<(), ApiError> {
    let name = name.map_or("Passkey", str::trim);
    if name.is_empty() || name.chars().count() > MAX_NAME {
        let long = format!("name must have 1 to {MAX_NAME} characters.");
        return Err(ApiError::invalid("name", &long));
    }
    change_passkey(cx, state, user_id, id, |passkey| {
        passkey["name"] = name.into();
    })
}

/// Begins a proof by a passkey, for the site of the page that asks: by one of the user's passkeys, or by any if the user is
/// not known yet. The caller keeps what is returned until the answer comes.
pub(crate) fn begin_assertion(
    cx: Context<'_>,
    user: Option<&User>,
    origin: Option<&str>,
) -> Assertion {
    let (rp_id, origin) = site(cx, origin);
    let challenge = new_challenge(cx);
    let options = json!({
        "challenge": challenge, "rpId": rp_id, "timeout": TEN_MINUTES, "userVerification": "preferred",
        "allowCredentials": user.map(known_credentials).unwrap_or_default(),
    });
    Assertion {
        options: options.to_string(),
        challenge,
        origin,
        rp_id,
        expire_at: cx.now.saturating_add(TEN_MINUTES),
    }
}

/// Verifies what an authenticator signed, and returns whose passkey it is. A copy of an authenticator is told by its count
/// of signatures, which does not rise.
pub(crate) fn verify_assertion(
    cx: Context<'_>,
    state: &mut State,
    assertion: &Assertion,
    credential: &str,
) -> Result<Asserted, ApiError> {
    if assertion.expire_at <= cx.now {
        let long = "The challenge has expired; begin another verification.";
        return Err(ApiError::bad_state("verification_expired", long));
    }
    let refused = |why: &str| rejected(AUTHENTICATION, why);
    let credential = Credential::read(credential).map_err(refused)?;
    let credential_id = credential.id.trim_end_matches('=');
    let user = state.users.by_credential_id(credential_id);
    let user = user.ok_or_else(|| rejected("passkey_not_registered", "is no passkey of a user"))?;
    let passkey = user
        .passkeys()
        .find(|passkey| passkey[CREDENTIAL_ID] == credential_id)
        .ok_or_else(|| user_not_found(&user.id))?;
    let expected = Expected {
        challenge: &assertion.challenge,
        origin: &assertion.origin,
        rp_id: &assertion.rp_id,
    };
    let (count, is_user_verified) = credential
        .asserted(expected, &passkey["_public_key"])
        .map_err(refused)?;
    let before = passkey["_sign_count"].as_u64().unwrap_or_default();
    if (count > 0 || before > 0) && u64::from(count) <= before {
        return Err(refused("has a count of signatures that did not rise"));
    }
    let asserted = Asserted {
        user_id: user.id.clone(),
        passkey_id: passkey["id"].as_str().unwrap_or_default().to_owned(),
        is_user_verified,
    };
    let (user_id, id) = (&asserted.user_id, &asserted.passkey_id);
    change_passkey(cx, state, user_id, id, |passkey| {
        passkey["_sign_count"] = count.into();
        passkey["last_used_at"] = cx.now.into();
    })?;
    Ok(asserted)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    };

    use super::*;
    use crate::instance::testing::instance;

    const NOW: i64 = 1_700_000_000_000;
    const ORIGIN: &str = "http://localhost:3000";

    enum Key {
        Es256(EcdsaKeyPair),
        Rs256(RsaKeyPair),
    }

    impl Key {
        fn es256() -> Self {
            Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
        }

        fn kept(&self) -> Value {
            match self {
                Self::Es256(key) => {
                    json!({"alg": ES256, "point": BASE64URL.encode(key.public_key())})
                }
                Self::Rs256(key) => {
                    let public = key.public_key();
                    let number = |bytes: &[u8]| BASE64URL.encode(bytes);
                    let n = number(public.modulus().big_endian_without_leading_zero());
                    let e = number(public.exponent().big_endian_without_leading_zero());
                    json!({"alg": RS256, "n": n, "e": e})
                }
            }
        }

        fn sign(&self, message: &[u8]) -> Vec<u8> {
            let random = SystemRandom::new();
            match self {
                Self::Es256(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
                Self::Rs256(key) => {
                    let mut signature = vec![0; key.public_modulus_len()];
                    key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                        .unwrap();
                    signature
                }
            }
        }

        fn answer(&self, assertion: &Assertion, count: u32) -> String {
            let client_data = json!({
                "type": "webauthn.get", "challenge": assertion.challenge, "origin": assertion.origin,
            });
            let client_data = client_data.to_string();
            let mut data = digest(&SHA256, assertion.rp_id.as_bytes())
                .as_ref()
                .to_vec();
            data.push(5);
            data.extend(count.to_be_bytes());
            let hash = digest(&SHA256, client_data.as_bytes());
            let signature = self.sign(&[&data, hash.as_ref()].concat());
            json!({"type": "public-key", "id": "bGFwdG9w", "rawId": "bGFwdG9w", "response": {
                "clientDataJSON": BASE64URL.encode(client_data), "authenticatorData": BASE64URL.encode(data),
                "signature": BASE64URL.encode(signature),
            }})
            .to_string()
        }
    }

    /// Ada, who has a passkey with this key.
    fn state_with(key: &Key) -> State {
        let mut user = User {
            id: "user_1".into(),
            ..User::default()
        };
        user.linked_mut().passkeys.push(json!({
            "id": "idn_1", "last_used_at": null, CREDENTIAL_ID: "bGFwdG9w", "_public_key": key.kept(),
            "_sign_count": 0,
        }));
        let mut state = State::default();
        state.users.insert(user);
        state
    }

    #[test]
    fn a_passkey_is_proved_by_its_key_of_either_kind() {
        let instance = instance(NOW);
        let cx = instance.context();
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        for key in [Key::es256(), Key::Rs256(rsa)] {
            let mut state = state_with(&key);
            let user = state.users.get("user_1");
            let assertion = begin_assertion(cx, user, Some(ORIGIN));
            let options: Value = serde_json::from_str(&assertion.options).unwrap();
            assert_eq!(options["rpId"], "localhost");
            assert_eq!(options["allowCredentials"][0]["id"], "bGFwdG9w");
            let answer = key.answer(&assertion, 1);
            let asserted = verify_assertion(cx, &mut state, &assertion, &answer).unwrap();
            assert_eq!(asserted.user_id, "user_1");
            let passkey = find_passkey(&state, "user_1", &asserted.passkey_id).unwrap();
            assert_eq!(passkey["last_used_at"], NOW);
            // The same count again is of a copy.
            let again = verify_assertion(cx, &mut state, &assertion, &answer);
            assert!(again.unwrap_err().summary().contains("did not rise"));
        }
    }

    #[test]
    fn an_answer_of_another_key_challenge_origin_or_site_is_rejected() {
        let instance = instance(NOW);
        let cx = instance.context();
        let key = Key::es256();
        let mut state = state_with(&key);
        let assertion = begin_assertion(cx, None, Some(ORIGIN));
        let with = |change: &dyn Fn(&mut Assertion)| {
            let mut changed = assertion.clone();
            change(&mut changed);
            key.answer(&changed, 1)
        };
        for (answer, why) in [
            (Key::es256().answer(&assertion, 1), "not the passkey's"),
            (with(&|other| other.challenge = "x".into()), "challenge"),
            (
                with(&|other| other.origin = "http://localhost".into()),
                "origin",
            ),
            (
                with(&|other| other.rp_id = "example.com".into()),
                "another site",
            ),
            (
                key.answer(&assertion, 1).replace("bGFwdG9w", "b3RoZXI"),
                "no passkey",
            ),
            ("{}".into(), "no credential"),
        ] {
            let rejected = verify_assertion(cx, &mut state, &assertion, &answer);
            let summary = rejected.unwrap_err().summary();
            assert!(summary.contains(why), "{summary}");
        }
        let mut expired = assertion.clone();
        expired.expire_at = NOW;
        let late = verify_assertion(cx, &mut state, &expired, &key.answer(&expired, 1));
        assert!(late.unwrap_err().summary().contains("expired"));
    }
}
