//! What users see of their own accounts, and nobody else does.

use serde_json::{Value, json};

use crate::domain::users::second_factors::totp_uri;
use crate::instance::{Context, Instance};
use crate::store::{Activity, Documents, NewTotp, Session, User};

/// Returns a passkey, with the options for the authenticator while it waits for one.
pub(crate) fn own_passkey_view(passkey: &Value) -> Value {
    let mut view = Documents::view(passkey);
    let options = passkey["_options"].as_str();
    if let Some(verification) = view["verification"].as_object_mut() {
        // What the application put there need not have expired ever.
        let expires = verification.entry("expire_at").or_insert(Value::Null);
        if expires.is_null() {
            *expires = passkey["created_at"].as_i64().unwrap_or_default().into();
        }
        verification.remove("nonce");
        verification.extend(options.map(|options| ("nonce".to_owned(), options.into())));
    }
    view
}

/// Returns a trusted device.
pub(crate) fn own_device_view(device: &Value) -> Value {
    let mut view = Documents::view(device);
    if let Some(fields) = view.as_object_mut() {
        // What the application put there may leave them out.
        for name in ["name", "last_used_at", "revoked_at"] {
            fields.entry(name).or_insert(Value::Null);
        }
    }
    view
}

/// Returns all passkeys of a user.
pub(crate) fn own_passkeys(user: &User) -> Value {
    let passkeys = user.linked.iter().flat_map(|linked| &linked.passkeys);
    passkeys.map(own_passkey_view).collect()
}

/// Returns an authenticator app that waits for its first code.
pub(crate) fn new_totp_view(user: &User, begun: &NewTotp) -> Value {
    json!({
        "object": "totp", "id": begun.id, "secret": begun.secret, "uri": totp_uri(user, begun), "verified": false,
        "backup_codes": null, "created_at": begun.created_at, "updated_at": begun.created_at,
    })
}

/// Returns an authenticator app that has shown a right code: its secret is not shown again.
pub(crate) fn verified_totp_view(
    cx: Context<'_>,
    totp: &NewTotp,
    codes: Option<&[String]>,
) -> Value {
    json!({
        "object": "totp", "id": totp.id, "secret": null, "uri": null, "verified": true, "backup_codes": codes,
        "created_at": totp.created_at, "updated_at": cx.now,
    })
}

/// Returns new backup codes, which are shown this once.
pub(crate) fn backup_codes_view(cx: Context<'_>, codes: &[String]) -> Value {
    json!({
        "object": "backup_code", "id": cx.instance.ids.id("bc"), "codes": codes, "created_at": cx.now,
        "updated_at": cx.now,
    })
}

/// Returns a user's image.
pub(crate) fn image_view(instance: &Instance, user: &User) -> Value {
    let id = user.image.as_deref();
    json!({
        "object": "image", "id": id.unwrap_or_default(), "name": id.unwrap_or_default(),
        "public_url": instance.settings.image_url(id),
    })
}

/// Browsers by how they name themselves in a user agent, those first that name others as well.
const BROWSERS: [(&str, &str); 5] = [
    ("Edg/", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

/// Devices, likewise.
const DEVICES: [(&str, &str, bool); 6] = [
    ("iPhone", "iPhone", true),
    ("iPad", "iPad", true),
    ("Android", "Android", true),
    ("Macintosh", "Macintosh", false),
    ("Windows", "Windows", false),
    ("Linux", "Linux", false),
];

/// Returns from where a session was opened, as far as the browser said.
pub(crate) fn activity_view(session: &Session) -> Value {
    let activity = session.activity.as_deref();
    let agent = activity.map_or("", |activity| &activity.user_agent);
    let mut view = json!({
        "object": "session_activity",
        "id": activity.map_or(&session.id, |Activity { id, .. }| id),
        "is_mobile": false,
    });
    if let Some((mark, name)) = BROWSERS.iter().find(|(mark, _)| agent.contains(mark)) {
        let version = agent.split(mark).nth(1).unwrap_or_default();
        let version = version.split([' ', ';', ')']).next();
        view["browser_name"] = (*name).into();
        view["browser_version"] = version.unwrap_or_default().into();
    }
    if let Some((_, name, mobile)) = DEVICES.iter().find(|(mark, _, _)| agent.contains(mark)) {
        view["device_type"] = (*name).into();
        view["is_mobile"] = (*mobile).into();
    }
    if let Some(activity) = activity.filter(|activity| !activity.ip_address.is_empty()) {
        view["ip_address"] = activity.ip_address.as_str().into();
    }
    view
}
