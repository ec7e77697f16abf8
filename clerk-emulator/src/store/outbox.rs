//! Messages that Clerk would have sent: the emulator keeps them instead.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How many messages are kept: the latest.
const MAX_MESSAGES: usize = 1_000;

/// An email or a text message that Clerk would have sent.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = clerk_emulator::Emulator::builder().start().await?;
/// # let config = clerk_api::Config::new(emulator.secret_key()).server_api_url(emulator.url());
/// # let api = clerk_api::Client::new(config);
/// api.create_invitation().email_address("guest@example.com").await?;
///
/// let message = &emulator.messages()[0];
/// assert_eq!(message.to, "guest@example.com");
/// assert!(message.link.is_some(), "where the guest accepts the invitation");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SentMessage {
    /// The email address or the phone number.
    pub to: String,
    /// What the message is for: `verification_code`, `reset_password_code`, `magic_link` or `invitation`.
    pub purpose: String,
    /// The code in the message.
    pub code: Option<String>,
    /// The link in the message.
    pub link: Option<String>,
    /// The user whom the message is for, if there is one already.
    pub user_id: Option<String>,
    /// When it was sent, in milliseconds since 1970 by the emulator's clock.
    pub sent_at: i64,
}

/// The latest messages, the oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Outbox(VecDeque<SentMessage>);

impl Outbox {
    pub(crate) fn push(&mut self, message: SentMessage) {
        if self.0.len() >= MAX_MESSAGES {
            self.0.pop_front();
        }
        self.0.push_back(message);
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &SentMessage> {
        self.0.iter()
    }
}
