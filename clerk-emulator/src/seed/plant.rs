//! Making what a seed says, by the operations of the Backend API.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::sections::{SECTIONS, Section};
use super::{Seed, SeedError};
use crate::backend_api;
use crate::backend_api::errors::ApiError;
use crate::backend_api::schema::Kind;
use crate::store::State;
use crate::world::World;

/// Fields that name a user.
const USERS: [&str; 4] = ["user_id", "created_by", "inviter_user_id", "subject"];

/// Makes what seeds say.
pub(crate) struct Planter<'a> {
    pub(crate) world: &'a World,
    pub(crate) state: &'a mut State,
    /// Ids that were chosen, of all seeds.
    chosen: HashSet<String>,
}

/// The id of the user with this id, email address, phone number or username.
pub(crate) fn user_named(state: &State, name: &str) -> Option<String> {
    let users = &state.users;
    let user = users
        .get(name)
        .or_else(|| users.by_contact(name))
        .or_else(|| users.by_username(name))?;
    Some(user.id.clone())
}

impl<'a> Planter<'a> {
    pub(crate) fn new(world: &'a World, state: &'a mut State) -> Self {
        Self {
            world,
            state,
            chosen: HashSet::new(),
        }
    }

    pub(crate) fn plant(&mut self, seed: &Seed) -> Result<(), SeedError> {
        for section in SECTIONS {
            if let Some(items) = seed.sections.get(section.name) {
                self.section(section, section.name, items, &[])?;
            }
        }
        Ok(())
    }

    fn section(
        &mut self,
        section: &Section,
        place: &str,
        items: &Value,
        variables: &[&str],
    ) -> Result<(), SeedError> {
        for (index, item) in items.as_array().into_iter().flatten().enumerate() {
            let place = format!("{place}[{index}]");
            let mut fields = item.as_object().cloned().unwrap_or_default();
            let below: Vec<(&Section, Value)> = section
                .below
                .iter()
                .filter_map(|below| Some((below, fields.remove(below.name)?)))
                .collect();
            let id = self.one(section, &place, fields, variables)?;
            for (below, items) in below {
                self.section(below, &format!("{place}.{}", below.name), &items, &[&id])?;
            }
        }
        Ok(())
    }

    /// Makes one thing and returns its id.
    fn one(
        &mut self,
        section: &Section,
        place: &str,
        mut fields: Map<String, Value>,
        variables: &[&str],
    ) -> Result<String, SeedError> {
        let chosen = fields.remove("id");
        if let Some(id) = &chosen {
            self.choose(&format!("{place}.id"), id)?;
        }
        self.complete(section, place, &mut fields)?;
        let body = Value::Object(fields);
        let refused = |error: ApiError| SeedError::new(place, error.text());
        let document = self.world.document;
        let problems = section
            .schema(document)
            .map(|schema| schema.problems(document, &body))
            .unwrap_or_default();
        if !problems.is_empty() {
            return Err(refused(ApiError::problems(&problems)));
        }
        let made = backend_api::perform(self.world, self.state, section.operation, variables, body);
        let unused = self.world.ids.unused();
        let made = made.map_err(refused)?;
        if let Some(id) = chosen
            && unused
        {
            let what = format!("ids of this kind do not begin as {id} does");
            return Err(SeedError::new(format!("{place}.id"), what));
        }
        Ok(made["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Makes the next id the one that was chosen.
    fn choose(&mut self, place: &str, id: &Value) -> Result<(), SeedError> {
        let id = id
            .as_str()
            .ok_or_else(|| SeedError::new(place, "it has to be a text"))?;
        let fits = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !id
            .split_once('_')
            .is_some_and(|(kind, rest)| fits(kind) && fits(rest))
        {
            let what = "it has to be the prefix of its kind, an underscore, and letters and digits, such as user_ada";
            return Err(SeedError::new(place, what));
        }
        let there = self.state.users.get(id).is_some()
            || self.state.documents.get("organizations", id).is_some();
        if there || !self.chosen.insert(id.to_owned()) {
            return Err(SeedError::new(
                place,
                format!("something else is {id} already"),
            ));
        }
        self.world.ids.choose(id);
        Ok(())
    }

    /// What seeds may leave out or write shorter than the Backend API has it.
    fn complete(
        &self,
        section: &Section,
        place: &str,
        fields: &mut Map<String, Value>,
    ) -> Result<(), SeedError> {
        if section.name == "members" {
            if let Some(user) = fields.remove("user") {
                fields.insert("user_id".into(), user);
            }
            fields.entry("role").or_insert_with(|| "org:member".into());
        }
        if let Some(Value::String(role)) = fields.get_mut("role")
            && !role.contains(':')
        {
            role.insert_str(0, "org:");
        }
        for name in USERS {
            let Some(Value::String(named)) = fields.get(name) else {
                continue;
            };
            let found = user_named(self.state, named);
            // Subjects may be organizations, too; the operation says what it makes of the rest.
            if found.is_none() && name != "subject" {
                let what = format!("there is no user {named}");
                return Err(SeedError::new(format!("{place}.{name}"), what));
            }
            if let Some(id) = found {
                fields.insert(name.into(), id.into());
            }
        }
        // One is a list of one.
        let document = self.world.document;
        for (name, property) in section
            .schema(document)
            .into_iter()
            .flat_map(|schema| &schema.properties)
        {
            let is_list = document
                .resolve(property)
                .is_some_and(|property| property.kind == Some(Kind::Array));
            if let Some(value) = fields.get_mut(name)
                && is_list
                && value.is_string()
            {
                *value = Value::Array(vec![value.take()]);
            }
        }
        Ok(())
    }
}
