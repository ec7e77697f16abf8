//! An instance without a server, for the tests of rules.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::access::Access;
use super::clock::Clock;
use super::ids::Ids;
use super::keys::SigningKey;
use super::settings::{Settings, TokenVersion};
use super::{ApiDocuments, Instance, Observer};
use crate::store::{Entry, State};

struct Nobody;

impl Observer for Nobody {
    fn committed(&self, _: &Instance, _: &State, _: &[Entry]) {}
}

/// Returns an instance whose clock stands still.
pub(crate) fn instance(now: i64) -> Instance {
    let settings = Settings {
        url: "http://127.0.0.1:4010".into(),
        secret_key: String::new(),
        publishable_key: String::new(),
        issuer: String::new(),
        instance_id: "ins_1".into(),
        token_version: TokenVersion::V2,
        open: false,
        access: Access::new(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        npm: None,
    };
    let documents = ApiDocuments::load().unwrap();
    let key = SigningKey::built_in().unwrap();
    let (clock, ids) = (Clock::fixed(now), Ids::new(Some(1)));
    Instance::new(settings, clock, ids, documents, key, Arc::new(Nobody))
}
