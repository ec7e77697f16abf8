use std::collections::HashSet;
use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use clerk_middleware::{ClerkLayer, ClerkWebhook};
use clerk_sdk::Clerk;
use clerk_sdk::webhooks::{Event, EventData};

pub type DatabaseError = Box<dyn Error + Send + Sync>;

/// A user as the application keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// What Clerk says of the time of the change, in milliseconds since 1970. Later wins.
    pub changed_at: i64,
    pub is_deleted: bool,
}

/// What the inbox needs of a database. The SQL is below.
pub trait Database: Send + Sync + 'static {
    /// In one transaction: keeps the id of the message, and the person. Does nothing if it has had the message already, and
    /// leaves a person alone who was changed later.
    fn receive(
        &self,
        message_id: &str,
        person: Person,
    ) -> impl Future<Output = Result<(), DatabaseError>> + Send;

    /// Keeps a person, unless it was changed later.
    fn keep(&self, person: Person) -> impl Future<Output = Result<(), DatabaseError>> + Send;

    /// The ids of all who are not deleted.
    fn ids(&self) -> impl Future<Output = Result<Vec<String>, DatabaseError>> + Send;
}

pub fn router<D: Database>(clerk: Clerk, database: Arc<D>) -> Router {
    Router::new()
        .route("/webhooks", post(receive::<D>))
        .with_state(database)
        .layer(ClerkLayer::new(clerk))
}

/// `ClerkWebhook` has verified the signature over the bytes as they came. What fails here is sent again later.
async fn receive<D: Database>(State(database): State<Arc<D>>, event: ClerkWebhook) -> StatusCode {
    let Some(person) = person_of(&event) else {
        return StatusCode::NO_CONTENT; // an event that this application has no use for
    };
    match database.receive(&event.id, person).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            eprintln!("the webhook {} was not kept: {error}", event.id);
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Returns what the event says of a person.
fn person_of(event: &Event) -> Option<Person> {
    match &event.data {
        EventData::UserCreated(user) | EventData::UserUpdated(user) => Some(Person {
            id: user.id.clone(),
            name: name_of(user.first_name.as_deref(), user.last_name.as_deref()),
            changed_at: user.updated_at.as_millis(),
            is_deleted: false,
        }),
        // All that is left of the user is the id. The row stays, so that an older event cannot bring the user back.
        EventData::UserDeleted(user) => Some(Person {
            id: user.id.clone()?,
            name: String::new(),
            changed_at: i64::MAX,
            is_deleted: true,
        }),
        _ => None,
    }
}

/// Makes the table right, whatever was missed: at the start, and then once a day.
pub async fn reconcile<D: Database>(clerk: &Clerk, database: &D) -> Result<(), DatabaseError> {
    let mut seen = HashSet::new();
    // The oldest first, so that users who sign up meanwhile come last.
    let mut users = clerk
        .users()
        .get_user_list()
        .order_by("+created_at")
        .limit(500)
        .stream();
    while let Some(user) = users.next().await {
        let user = user?;
        seen.insert(user.id.clone());
        let name = name_of(user.first_name.as_deref(), user.last_name.as_deref());
        let changed_at = user.updated_at.as_millis();
        database
            .keep(Person {
                id: user.id,
                name,
                changed_at,
                is_deleted: false,
            })
            .await?;
    }
    for id in database.ids().await? {
        if seen.contains(&id) {
            continue;
        }
        // While a list is walked over, deletions move the rest, and one may be skipped. So ask before deleting.
        match clerk.users().get_user(&id).await {
            Err(error) if error.is_not_found() => {
                let deleted = Person {
                    id,
                    name: String::new(),
                    changed_at: i64::MAX,
                    is_deleted: true,
                };
                database.keep(deleted).await?;
            }
            other => drop(other?),
        }
    }
    Ok(())
}

fn name_of(first: Option<&str>, last: Option<&str>) -> String {
    let names: Vec<&str> = [first, last].into_iter().flatten().collect();
    names.join(" ")
}
