use std::time::Duration;

use clerk_emulator::{DeliveryState, Emulator};
use clerk_sdk::webhooks::{Event, EventData, WebhookError};
use clerk_sdk::{Clerk, Error, types};

use crate::application::{connect, options, start_with};
use crate::receiver::{Receiver, SECRET};

#[tokio::test]
async fn an_application_hears_of_everything_in_order() {
    // The second message is rejected once and sent again, before the third.
    let receiver = Receiver::answering([204, 500]).await;
    let builder = Emulator::builder()
        .webhook(&receiver.url, SECRET)
        .webhook_retries([Duration::from_millis(1)]);
    let (emulator, _) = start_with(builder).await;
    let clerk = connect(options(&emulator).webhook_signing_secret(SECRET));

    let ada = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"])
        .await
        .unwrap();
    let session = emulator.sign_in(&ada.id).unwrap();
    let engines = clerk
        .organizations()
        .create_organization()
        .name("Engines")
        .created_by(&*ada.id);
    let engines = engines.await.unwrap();
    clerk
        .users()
        .update_user(&ada.id)
        .first_name("Ada")
        .await
        .unwrap();
    clerk.users().delete_user(&ada.id).await.unwrap();
    emulator.webhooks_settled().await;

    let events = received(&clerk, &receiver);
    let kinds: Vec<&str> = events.iter().map(|event| &*event.kind).collect();
    let first = [
        "user.created",
        "session.created",
        "organization.created",
        "organizationMembership.created",
        "user.updated",
    ];
    assert_eq!(kinds[..5], first);
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "user.deleted").count(),
        1
    );
    assert_eq!(receiver.requests().len(), events.len() + 1);
    for event in &events {
        match &event.data {
            EventData::UserCreated(user) | EventData::UserUpdated(user) => {
                // The type that calls return as well.
                let user: &types::User = user;
                assert_eq!(user.id, ada.id);
            }
            EventData::UserDeleted(user) => assert_eq!(user.id.as_ref(), Some(&ada.id)),
            EventData::SessionCreated(it) => assert_eq!(it.id, session.session_id),
            EventData::OrganizationCreated(it) => assert_eq!(it.id, engines.id),
            EventData::OrganizationMembershipCreated(it) => assert_eq!(it.role, "org:admin"),
            _ => {}
        }
    }
    let deliveries = emulator.deliveries();
    assert!(
        deliveries
            .iter()
            .all(|delivery| delivery.state == DeliveryState::Delivered)
    );
}

/// The verified events. What is sent again has the same id: once is enough.
fn received(clerk: &Clerk, receiver: &Receiver) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for (headers, body) in receiver.requests() {
        let event = clerk.verify_webhook(&headers, &body).unwrap();
        let Event {
            kind, decode_error, ..
        } = &event;
        assert!(decode_error.is_none(), "{kind}: {decode_error:?}");
        if !events.iter().any(|known| known.id == event.id) {
            events.push(event);
        }
    }
    events
}

#[tokio::test]
async fn what_clerk_did_not_send_is_refused() {
    let receiver = Receiver::start().await;
    let (emulator, _) = start_with(Emulator::builder().webhook(&receiver.url, SECRET)).await;
    let clerk = connect(options(&emulator).webhook_signing_secret(SECRET));
    clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"])
        .await
        .unwrap();
    emulator.webhooks_settled().await;
    let (headers, body) = receiver.requests().remove(0);
    let rejected = |result: Result<_, Error>| match result {
        Err(Error::Webhook(error)) => error,
        other => panic!("{other:?}"),
    };

    assert!(clerk.verify_webhook(&headers, &body).is_ok());
    let changed = String::from_utf8(body.to_vec())
        .unwrap()
        .replace("ada@", "eve@");
    let error = rejected(clerk.verify_webhook(&headers, changed.as_bytes()));
    assert!(matches!(error, WebhookError::InvalidSignature));
    let other = connect(
        options(&emulator).webhook_signing_secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    );
    let error = rejected(other.verify_webhook(&headers, &body));
    assert!(matches!(error, WebhookError::InvalidSignature));
    let mut unsigned = headers.clone();
    unsigned.remove("svix-signature");
    let error = rejected(clerk.verify_webhook(&unsigned, &body));
    assert!(matches!(error, WebhookError::MissingHeaders { .. }));
    // A recorded message is replayed later.
    emulator.clock().advance(Duration::from_secs(301));
    let error = rejected(clerk.verify_webhook(&headers, &body));
    assert!(matches!(error, WebhookError::TooOld));
}
