//! `konductro init` writes what an IDE's assistant needs, takes nothing away, and asks before it overwrites.

use konductro_tests::repository::Repository;
use serde_json::{Value, json};

const FILES: [&str; 7] = [
    ".claude/skills/technical-analysis/SKILL.md",
    ".mcp.json",
    ".amazonq/prompts/technical-analysis.md",
    ".amazonq/mcp.json",
    ".kiro/steering/technical-analysis.md",
    ".kiro/prompts/technical-analysis.md",
    ".kiro/settings/mcp.json",
];

fn json_of(repository: &Repository, path: &str) -> Value {
    serde_json::from_str(&repository.read(path)).expect("JSON")
}

#[tokio::test]
async fn an_empty_folder_gets_every_file_and_a_second_time_nothing_changes() {
    let folder = Repository::empty();
    let first = folder.konductro(&["init"], &[]).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    for file in FILES {
        assert!(first.stdout.contains(&format!("created    {file}")), "{}", first.stdout);
    }
    let skill = folder.read(FILES[0]);
    assert!(skill.starts_with("---\nname: technical-analysis\n") && skill.contains("$ARGUMENTS"), "{skill}");
    assert!(folder.read(FILES[4]).starts_with("---\ninclusion: manual\n"));
    let server = &json_of(&folder, ".mcp.json")["mcpServers"]["konductro"];
    assert_eq!(server, &json!({ "type": "stdio", "command": "konductro", "args": ["mcp"] }));
    let before: Vec<_> = FILES.iter().map(|file| folder.read(file)).collect();
    let second = folder.konductro(&["init", "--json"], &[]).await;
    assert_eq!(second.code, Some(0), "{second:?}");
    let told: Value = serde_json::from_str(&second.stdout).unwrap();
    assert!(told["files"].as_array().unwrap().iter().all(|file| file["outcome"] == "unchanged"), "{told:#}");
    assert_eq!(before, FILES.map(|file| folder.read(file)));
    assert_eq!(folder.konductro(&["init", "--check"], &[]).await.code, Some(0));
}

#[tokio::test]
async fn in_ci_a_check_changes_nothing_and_names_what_differs() {
    let repository = Repository::small();
    let missing = repository.konductro(&["init", "--check", "--ide", "claude"], &[]).await;
    assert_eq!(missing.code, Some(4), "{missing:?}");
    assert!(missing.stdout.contains("differs    .mcp.json") && missing.stderr.contains("SKILL.md"), "{missing:?}");
    assert!(!repository.path().join(".mcp.json").exists());
    repository.konductro(&["init", "--ide", "claude"], &[]).await;
    assert!(!repository.path().join(".kiro").exists(), "only what was asked for");
    let in_a_folder = repository.konductro(&["init", "--check", "--ide", "claude", "--directory", "src"], &[]).await;
    assert_eq!(in_a_folder.code, Some(0), "the repository's top folder is meant: {in_a_folder:?}");
}

#[tokio::test]
async fn what_others_have_in_a_configuration_stays() {
    let repository = Repository::small();
    let theirs = "{\n\t\"mcpServers\": {\n\t\t\"tickets\": { \"command\": \"tickets\", \"args\": [ ] },\n\t\t\"konductro\": { \"command\": \"konductro\", \"args\": [\"mcp\"], \"disabled\": true }\n\t},\n\t\"zeta\": 1.0\n}\n";
    repository.write(".kiro/settings/mcp.json", theirs);
    repository.write(".mcp.json", "{ \"mcpServers\": { \"tickets\": { \"command\": \"tickets\" } } }\n");
    let refused = repository.konductro(&["init"], &[]).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains("+++ b/.mcp.json") && refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert!(!repository.path().join(".claude").exists(), "nothing is written where somebody would have to be asked");
    let agreed = repository.konductro(&["init", "--yes"], &[]).await;
    assert_eq!(agreed.code, Some(0), "{agreed:?}");
    let merged = json_of(&repository, ".mcp.json");
    assert_eq!(merged["mcpServers"]["tickets"]["command"], "tickets");
    assert_eq!(merged["mcpServers"]["konductro"]["command"], "konductro");
    assert_eq!(repository.read(".kiro/settings/mcp.json"), theirs, "what is there already is left alone");
}

#[tokio::test]
async fn an_edited_instruction_is_overwritten_only_by_agreement() {
    let repository = Repository::small();
    repository.konductro(&["init", "--ide", "claude"], &[]).await;
    let skill = repository.read(FILES[0]);
    let edited = skill.replace("Change no code", "Change what you like");
    repository.write(FILES[0], &edited);
    let refused = repository.konductro(&["init", "--ide", "claude"], &[]).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains("-- **Change what you like") && refused.stderr.contains("+- **Change no code"));
    assert_eq!(repository.read(FILES[0]), edited);
    let agreed = repository.konductro(&["init", "--ide", "claude", "--yes"], &[]).await;
    assert!(agreed.stdout.contains("updated    .claude"), "{agreed:?}");
    assert_eq!(repository.read(FILES[0]), skill);
}

#[tokio::test]
async fn the_address_of_a_server_is_written_and_no_secret_ever() {
    let repository = Repository::small();
    let environment = [("KONDUCTRO_TOKEN", "kon_secret0000000000000000000000000000000")];
    let written = repository.konductro(&["init", "--url", "https://plan.example"], &environment).await;
    assert_eq!(written.code, Some(0), "{written:?}");
    let server = &json_of(&repository, ".amazonq/mcp.json")["mcpServers"]["konductro"];
    assert_eq!(server["env"], json!({ "KONDUCTRO_URL": "https://plan.example" }));
    for file in FILES {
        assert!(!repository.read(file).contains("kon_secret"), "{file}");
    }
    let odd = repository.konductro(&["init", "--url", "https://ada:pw@plan.example"], &[]).await;
    assert_eq!(odd.code, Some(2), "{odd:?}");
}

#[tokio::test]
async fn a_link_out_of_the_folder_and_a_broken_configuration_are_refused() {
    let (repository, elsewhere) = (Repository::small(), Repository::empty());
    std::os::unix::fs::symlink(elsewhere.path(), repository.path().join(".claude")).unwrap();
    let refused = repository.konductro(&["init", "--ide", "claude", "--yes"], &[]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("leads out of this folder"), "{}", refused.stderr);
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    repository.write(".kiro/settings/mcp.json", "{ // mine\n}");
    let refused = repository.konductro(&["init", "--ide", "kiro", "--yes"], &[]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains(".kiro/settings/mcp.json is no JSON"), "{}", refused.stderr);
    assert_eq!(repository.read(".kiro/settings/mcp.json"), "{ // mine\n}");
}
