//! Trusted devices: phones that keep a key of their own, and prove it by signing a challenge.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::TEN_MINUTES;
use super::users::{find_user, user_not_found};
use super::webauthn::{BASE64URL, point};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;
use crate::store::bounds::MAX_DEVICES;

/// Reads the point of a public key on P-256.
fn key_point(jwk: &str) -> Result<Vec<u8>, ApiError> {
    let read = || {
        let jwk: Value = serde_json::from_str(jwk).ok()?;
        if jwk["kty"] != "EC" || jwk["crv"] != "P-256" {
            return None;
        }
        let part = |name: &str| BASE64URL.decode(jwk[name].as_str()?).ok();
        point(&part("x")?, &part("y")?)
    };
    read().ok_or_else(|| {
        ApiError::invalid(
            "public_key_jwk",
            "public_key_jwk must be a public key on P-256, as a JSON Web Key has it.",
        )
    })
}

/// Begins to trust a device of a user; returns the challenge that it has to sign.
pub(crate) fn begin_device(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let jwk = params.required_text("public_key_jwk")?;
    key_point(jwk)?;
    let devices = find_user(state, user_id)?.linked.iter();
    let devices = devices.flat_map(|linked| &linked.trusted_devices);
    if devices.filter(|device| is_active(device)).count() >= MAX_DEVICES {
        let long = format!("A user has {MAX_DEVICES} trusted devices at most: revoke one first.");
        return Err(ApiError::forbidden("trusted_devices_limit_reached", &long));
    }
    let ids = &cx.instance.ids;
    let (id, challenge) = (ids.id("trdevch"), ids.letters(43));
    let app = params.required_text("app_identifier")?;
    let client_data = json!({
        "type": "trusted_device.create", "challenge": challenge, "challenge_id": id, "app_identifier": app,
        "user_id": user_id,
    });
    let begun = json!({
        "object": "trusted_device_challenge", "challenge_id": id, "challenge": challenge, "algorithm": "ES256",
        "client_data": client_data.to_string(), "expires_at": cx.now.saturating_add(TEN_MINUTES),
        "_jwk": jwk, "_app_identifier": app, "_platform": params.required_text("platform")?,
    });
    // One at a time: another one takes its place.
    state
        .users
        .change(user_id, |user| {
            user.linked_mut().begun.device = Some(Box::new(begun.clone()));
        })
        .ok_or_else(|| user_not_found(user_id))?;
    Ok(begun)
}

/// Trusts a device that signed its challenge; returns the device.
pub(crate) fn complete_device(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let user = find_user(state, user_id)?;
    let begun = user.linked.as_ref();
    let begun = begun.and_then(|linked| linked.begun.device.as_deref());
    let Some(begun) = begun else {
        return Err(ApiError::bad_state(
            "verification_missing",
            "No trusted device was prepared.",
        ));
    };
    if begun["expires_at"].as_i64().unwrap_or_default() <= cx.now {
        return Err(ApiError::bad_state(
            "verification_expired",
            "The challenge has expired; prepare the device again.",
        ));
    }
    for (name, kept) in [
        ("public_key_jwk", "_jwk"),
        ("app_identifier", "_app_identifier"),
        ("platform", "_platform"),
        ("client_data", "client_data"),
    ] {
        if begun[kept] != params.required_text(name)? {
            let long = format!("{name} is another one than was prepared.");
            return Err(ApiError::invalid(name, &long));
        }
    }
    check_signature(params)?;
    let device = json!({
        "object": "trusted_device", "id": cx.instance.ids.id("trdev"), "status": "active", "algorithm": "ES256",
        "platform": begun["_platform"], "app_identifier": begun["_app_identifier"],
        "name": params.filled_text("name"), "last_used_at": null, "revoked_at": null,
        "created_at": cx.now, "updated_at": cx.now, "_jwk": begun["_jwk"],
    });
    state
        .users
        .change(user_id, |user| {
            let linked = user.linked_mut();
            linked.begun.device = None;
            make_room(&mut linked.trusted_devices);
            linked.trusted_devices.push(device.clone());
            user.updated_at = cx.now;
        })
        .ok_or_else(|| user_not_found(user_id))?;
    Ok(device)
}

fn is_active(device: &Value) -> bool {
    device["status"] == "active"
}

/// Forgets the device that was revoked first, if there are too many.
fn make_room(devices: &mut Vec<Value>) {
    if devices.len() >= MAX_DEVICES
        && let Some(revoked) = devices.iter().position(|device| !is_active(device))
    {
        devices.remove(revoked);
    }
}

/// Checks that the device's key signed `client_data`: in ASN.1, as phones do, or as two numbers.
fn check_signature(params: Params<'_>) -> Result<(), ApiError> {
    let given = params.required_text("signature")?;
    let signature = BASE64URL.decode(given).or_else(|_| STANDARD.decode(given));
    let signature = signature
        .map_err(|_| ApiError::invalid_format("signature", "signature must be in Base64."))?;
    let point = key_point(params.required_text("public_key_jwk")?)?;
    let message = params.required_text("client_data")?.as_bytes();
    let signed = [&ECDSA_P256_SHA256_ASN1, &ECDSA_P256_SHA256_FIXED]
        .into_iter()
        .any(|method| {
            let key = UnparsedPublicKey::new(method, &point);
            key.verify(message, &signature).is_ok()
        });
    if !signed {
        let long = "signature is not one of client_data by this key.";
        return Err(ApiError::invalid("signature", long));
    }
    Ok(())
}

/// Whether a user trusts the device with this id.
pub(crate) fn is_trusted(state: &State, id: &str) -> bool {
    let devices = state
        .users
        .iter()
        .filter_map(|user| user.linked.as_deref())
        .flat_map(|linked| &linked.trusted_devices);
    devices
        .into_iter()
        .any(|device| device["id"] == id && is_active(device))
}
