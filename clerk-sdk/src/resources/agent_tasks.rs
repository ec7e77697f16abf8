use clerk_api::operations::{CreateAgentTask, RevokeAgentTask};

use super::resource;
use crate::Plain;

resource! {
    /// Tasks in which an agent acts for a user.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::AgentTasks {
    ///     clerk.agent_tasks()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct AgentTasks;
}

impl AgentTasks {
    /// Creates a task in which an AI agent acts as a user, and answers a link that opens a session for that user. Keep the link secret.
    ///
    /// `POST /agents/tasks`, operation `CreateAgentTask`.
    pub fn create(&self) -> CreateAgentTask<Plain> {
        CreateAgentTask::new(self.clerk.api())
    }

    /// Cancels an agent task whose link has not been opened yet.
    ///
    /// `POST /agents/tasks/{agent_task_id}/revoke`, operation `RevokeAgentTask`.
    pub fn revoke(&self, agent_task_id: impl Into<String>) -> RevokeAgentTask<Plain> {
        RevokeAgentTask::new(self.clerk.api(), agent_task_id)
    }
}
