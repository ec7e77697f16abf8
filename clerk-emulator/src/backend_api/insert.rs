//! Documents that nothing in the Backend API makes.

use serde_json::Value;

use super::Synthesizer;
use crate::emulator::Refused;
use crate::world::World;

/// Puts a document into a collection, completed as its schema says.
pub(crate) fn insert(world: &World, collection: &str, fields: Value) -> Result<Value, Refused> {
    let Value::Object(fields) = fields else {
        return Err(Refused("a document is a JSON object".into()));
    };
    let collection = collection.trim_matches('/');
    let segments: Vec<&str> = collection.split('/').collect();
    if let ["users", user_id, list] = segments[..] {
        return link(world, user_id, list, fields);
    }
    // Sign-ups are got by id and never listed.
    let schema = if collection == "sign_ups" {
        world
            .document
            .operation("GetSignUp")
            .and_then(|operation| operation.answer.as_ref())
    } else {
        super::item_schema(world.document, &segments)
    };
    let typed = [
        "users",
        "sessions",
        "clients",
        "organizations",
        "organization_memberships",
    ];
    let schema = schema.filter(|_| !typed.contains(&collection));
    let schema =
        schema.ok_or_else(|| Refused(format!("documents cannot be put into {collection}")))?;
    let mut state = world.write();
    if let [.., parent, id, _] = segments[..]
        && segments.len() > 2
        && parent != "templates"
    {
        let parents = segments[..segments.len() - 2].join("/");
        if state.documents.get(&parents, id).is_none() {
            return Err(Refused(format!("there is no {id} in {parents}")));
        }
    }
    let document = Synthesizer {
        world,
        now: world.clock.now(),
    }
    .make(schema, &fields);
    let id = document["id"]
        .as_str()
        .ok_or_else(|| Refused(format!("what is in {collection} has no id")))?;
    state.documents.insert(collection, id, document.clone());
    Ok(document)
}

/// What hangs on a user.
fn link(
    world: &World,
    user_id: &str,
    list: &str,
    fields: serde_json::Map<String, Value>,
) -> Result<Value, Refused> {
    let schema = if list == "trusted_devices" {
        super::item_schema(world.document, &["users", user_id, list])
    } else {
        world.document.operation("GetUser").and_then(|operation| {
            let user = world.document.resolve(operation.answer.as_ref()?)?;
            user.properties.get(list)?.items.as_deref()
        })
    };
    let known = [
        "passkeys",
        "external_accounts",
        "saml_accounts",
        "enterprise_accounts",
        "trusted_devices",
    ];
    let schema = schema.filter(|_| known.contains(&list));
    let schema =
        schema.ok_or_else(|| Refused(format!("users have no {list} to put documents into")))?;
    let mut document = Synthesizer {
        world,
        now: world.clock.now(),
    }
    .make(schema, &fields);
    if document["id"].is_null() {
        document["id"] = fields
            .get("id")
            .cloned()
            .unwrap_or_else(|| world.ids.id("idn").into());
    }
    let mut state = world.write();
    let done = state.users.change(user_id, |user| {
        let linked = user.linked_mut();
        let list = match list {
            "passkeys" => &mut linked.passkeys,
            "external_accounts" => &mut linked.external_accounts,
            "saml_accounts" => &mut linked.saml_accounts,
            "enterprise_accounts" => &mut linked.enterprise_accounts,
            _ => &mut linked.trusted_devices,
        };
        list.push(document.clone());
    });
    done.map(|()| document)
        .ok_or_else(|| Refused(format!("there is no user {user_id}")))
}
