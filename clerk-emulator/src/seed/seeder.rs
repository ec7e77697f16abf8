//! Creates what a seed says, by the rules of the domain.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::sections::{Item, SECTIONS, Section};
use super::{SETTINGS, Seed, SeedError};
use crate::domain::environment::DashboardSettings;
use crate::domain::users::resolve_user_id;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Instance;
use crate::openapi::schema::Kind;
use crate::store::State;

/// Fields that name a user.
const USERS: [&str; 4] = ["user_id", "created_by", "inviter_user_id", "subject"];

/// Creates what seeds say.
pub(crate) struct Seeder<'a> {
    instance: &'a Instance,
    state: &'a mut State,
    /// Ids that were chosen, of all seeds.
    chosen: HashSet<String>,
}

impl<'a> Seeder<'a> {
    pub(crate) fn new(instance: &'a Instance, state: &'a mut State) -> Self {
        Self {
            instance,
            state,
            chosen: HashSet::new(),
        }
    }

    pub(crate) fn seed(&mut self, seed: &Seed) -> Result<(), SeedError> {
        if let Some(given) = seed.sections.get(SETTINGS).and_then(Value::as_object) {
            DashboardSettings::change(self.state, given)
                .map_err(|error| SeedError::new(SETTINGS, error.to_string()))?;
        }
        for section in SECTIONS {
            if let Some(items) = seed.sections.get(section.name) {
                self.create_section(section, section.name, items, "")?;
            }
        }
        Ok(())
    }

    fn create_section(
        &mut self,
        section: &Section,
        place: &str,
        items: &Value,
        parent: &str,
    ) -> Result<(), SeedError> {
        for (index, item) in items.as_array().into_iter().flatten().enumerate() {
            let place = format!("{place}[{index}]");
            let mut fields = item.as_object().cloned().unwrap_or_default();
            let below: Vec<(&Section, Value)> = section
                .below
                .iter()
                .filter_map(|below| Some((below, fields.remove(below.name)?)))
                .collect();
            let id = self.create_item(section, &place, fields, parent)?;
            for (below, items) in below {
                self.create_section(below, &format!("{place}.{}", below.name), &items, &id)?;
            }
        }
        Ok(())
    }

    /// Creates one thing and returns its id.
    fn create_item(
        &mut self,
        section: &Section,
        place: &str,
        mut fields: Map<String, Value>,
        parent: &str,
    ) -> Result<String, SeedError> {
        let chosen = fields.remove("id");
        if let Some(id) = &chosen {
            self.choose_id(&format!("{place}.id"), id)?;
        }
        self.complete(section, place, &mut fields)?;
        let body = Value::Object(fields);
        let rejected = |error: ApiError| SeedError::new(place, error.summary());
        let document = self.instance.document;
        let problems = section
            .schema(document)
            .map(|schema| schema.problems(document, &body))
            .unwrap_or_default();
        if !problems.is_empty() {
            return Err(rejected(ApiError::problems(&problems)));
        }
        let operation = section
            .operation(document)
            .ok_or_else(|| SeedError::new(place, "the document has no such operation"))?;
        let item = Item {
            cx: self.instance.context(),
            operation,
            parent,
            params: Params::new(&body),
        };
        let created = (section.create)(&item, self.state);
        let unused = self.instance.ids.take_unused();
        let created = created.map_err(rejected)?;
        if let Some(id) = chosen
            && unused
        {
            let what = format!("ids of this kind do not begin as {id} does");
            return Err(SeedError::new(format!("{place}.id"), what));
        }
        Ok(created)
    }

    /// Makes the next id the chosen one.
    fn choose_id(&mut self, place: &str, id: &Value) -> Result<(), SeedError> {
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
        self.instance.ids.choose(id);
        Ok(())
    }

    /// Adds what seeds may leave out, and expands what they may write shorter than the Backend API has it.
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
            let found = resolve_user_id(self.state, named);
            // Subjects may be organizations as well, which the rule checks.
            if found.is_none() && name != "subject" {
                let what = format!("there is no user {named}");
                return Err(SeedError::new(format!("{place}.{name}"), what));
            }
            if let Some(id) = found {
                fields.insert(name.into(), id.into());
            }
        }
        // A single value becomes a list of one.
        let document = self.instance.document;
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
