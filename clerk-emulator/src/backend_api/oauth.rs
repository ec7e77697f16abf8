//! OAuth applications, and the access tokens issued to them.

use serde_json::Value;

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::oauth::{self, APPLICATIONS, find_application, tokens};
use crate::store::{Documents, State};

pub(super) const OAUTH_HANDLERS: Handlers = &[
    ("ListOAuthApplications", Read(list_applications)),
    (
        "GetOAuthApplication",
        Read(|call, state| Ok(Documents::view(find_application(state, call.id(0))?))),
    ),
    (
        "CreateOAuthApplication",
        Write(|call, state| {
            let application = oauth::create_application(call.cx, state, call.params())?;
            let mut view = Documents::view(&application);
            if application["public"] != true {
                view["client_secret"] = application["_client_secret"].clone();
            }
            Ok(view)
        }),
    ),
    (
        "UpdateOAuthApplication",
        Write(|call, state| {
            let id = call.id(0);
            let application = oauth::update_application(call.cx, state, id, call.params())?;
            Ok(Documents::view(&application))
        }),
    ),
    (
        "DeleteOAuthApplication",
        Write(|call, state| {
            oauth::delete_application(state, call.id(0))?;
            Ok(deleted_view("oauth_application", call.id(0)))
        }),
    ),
    (
        "RotateOAuthApplicationSecret",
        Write(|call, state| {
            let application = oauth::rotate_client_secret(call.cx, state, call.id(0))?;
            let mut view = Documents::view(&application);
            view["client_secret"] = application["_client_secret"].clone();
            Ok(view)
        }),
    ),
    (
        "UploadOAuthApplicationLogo",
        Write(|call, state| {
            let upload = call.upload();
            find_application(state, call.id(0))?;
            let application = oauth::set_logo(call.cx, state, call.id(0), upload?)?;
            Ok(Documents::view(&application))
        }),
    ),
    (
        "verifyOAuthAccessToken",
        Read(|call, state| {
            let token = tokens::verify_access_token(call.cx, state, call.params())?;
            Ok(Documents::view(token))
        }),
    ),
    (
        "RevokeOAuthApplicationToken",
        Write(|call, state| {
            tokens::revoke_access_token(call.cx, state, call.id(0), call.params())?;
            Ok(Value::Null)
        }),
    ),
];

fn list_applications(call: &Call<'_>, state: &State) -> HandlerResult {
    let wanted = call.query("name_query").unwrap_or_default();
    let lower = wanted.to_lowercase();
    let fits = |application: &&Value| {
        let name = application["name"].as_str();
        name.is_some_and(|name| name.to_lowercase().contains(&lower))
            || application["client_id"] == wanted
    };
    Ok(call.documents(state.documents.all(APPLICATIONS).filter(fits)))
}
