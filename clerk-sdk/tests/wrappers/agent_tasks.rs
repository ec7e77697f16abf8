use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_agent_tasks_hits_its_operation() {
    let api = Api::start().await;
    let agent_tasks = api.clerk.agent_tasks();
    api.check("agentTasks.create", "CreateAgentTask", r#"{"body": {"agent_name": "agent_name é/1", "on_behalf_of": {"identifier": "identifier é/1", "user_id": "user_id é/1"}, "permissions": "*", "redirect_url": "redirect_url é/1", "task_description": "task_description é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, agent_tasks.create().agent_name("agent_name é/1").on_behalf_of(types::CreateAgentTaskOnBehalfOf::new().identifier("identifier é/1").user_id("user_id é/1")).permissions(types::CreateAgentTaskPermissions::from("*")).redirect_url("redirect_url é/1").task_description("task_description é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "agentTasks.revoke",
        "RevokeAgentTask",
        r#"{"path_values": ["agent_task_id é/1"], "query": [["probe", "é 1"]]}"#,
        agent_tasks
            .revoke("agent_task_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
