//! Templates of tokens.

use super::call::Handler::Write;
use super::call::Handlers;
use crate::domain::jwt_templates;
use crate::store::Documents;

pub(super) const JWT_TEMPLATE_HANDLERS: Handlers = &[
    (
        "CreateJWTTemplate",
        Write(|call, state| {
            let template = jwt_templates::create_template(call.cx, state, call.params())?;
            Ok(Documents::view(&template))
        }),
    ),
    (
        "UpdateJWTTemplate",
        Write(|call, state| {
            let id = call.id(0);
            let template = jwt_templates::update_template(call.cx, state, id, call.params())?;
            Ok(Documents::view(&template))
        }),
    ),
];
