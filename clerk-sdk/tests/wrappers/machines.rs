use super::Api;

#[tokio::test]
async fn every_method_of_machines_hits_its_operation() {
    let api = Api::start().await;
    let machines = api.clerk.machines();
    api.check(
        "machines.get",
        "GetMachine",
        r#"{"path_values": ["machine_id é/1"], "query": [["probe", "é 1"]]}"#,
        machines.get("machine_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "machines.list",
        "ListMachines",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        machines.list().query_pair("probe", "é 1"),
    )
    .await;
    api.check("machines.create", "CreateMachine", r#"{"body": {"name": "name é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, machines.create().name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("machines.update", "UpdateMachine", r#"{"path_values": ["machine_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, machines.update("machine_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "machines.delete",
        "DeleteMachine",
        r#"{"path_values": ["machine_id é/1"], "query": [["probe", "é 1"]]}"#,
        machines.delete("machine_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "machines.getSecretKey",
        "GetMachineSecretKey",
        r#"{"path_values": ["machine_id é/1"], "query": [["probe", "é 1"]]}"#,
        machines
            .get_secret_key("machine_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("machines.rotateSecretKey", "RotateMachineSecretKey", r#"{"body": {"previous_token_ttl": 1700000000123, "probe": [1]}, "path_values": ["machine_id é/1"], "query": [["probe", "é 1"]]}"#, machines.rotate_secret_key("machine_id é/1").previous_token_ttl(1700000000123).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("machines.createScope", "CreateMachineScope", r#"{"body": {"to_machine_id": "to_machine_id é/1", "probe": [1]}, "path_values": ["machine_id é/1"], "query": [["probe", "é 1"]]}"#, machines.create_scope("machine_id é/1").to_machine_id("to_machine_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("machines.deleteScope", "DeleteMachineScope", r#"{"path_values": ["machine_id é/1", "other_machine_id é/1"], "query": [["probe", "é 1"]]}"#, machines.delete_scope("machine_id é/1", "other_machine_id é/1").query_pair("probe", "é 1")).await;
}
