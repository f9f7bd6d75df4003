//! The house rules that can be checked: which way dependencies point, and that the README tells the truth.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use konductro_domain::conversation::ConversationEvent;
use konductro_domain::phase::PhaseEvent;
use konductro_domain::project::ProjectEvent;
use konductro_domain::story::StoryEvent;
use konductro_domain::story_review::StoryReviewEvent;
use konductro_domain::workspace::WorkspaceEvent;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a folder of the workspace").to_owned()
}

/// The direct dependencies of a crate of ours, tests' own left out.
fn dependencies(name: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == name).unwrap();
    let direct = package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"].is_null());
    direct.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_domain_knows_no_database_http_or_model() {
    let allowed = [
        "cqrs-es",
        "serde",
        "serde_json",
        "thiserror",
        "uuid",
        "time",
        "sha2",
        "hex",
        "futures-core",
        "pulldown-cmark",
        "saphyr-parser",
        "similar",
    ];
    let unexpected: Vec<_> =
        dependencies("konductro-domain").into_iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert!(unexpected.is_empty(), "domain depends on {unexpected:?}");
}

#[test]
fn projections_know_the_domain_and_nothing_above() {
    let dependencies = dependencies("konductro-projections");
    assert!(dependencies.contains("konductro-domain"));
    for above in ["konductro", "actix-web", "actix-ws", "postgres-es", "async-openai", "reqwest", "utoipa"] {
        assert!(!dependencies.contains(above), "projections depend on {above}");
    }
}

#[test]
fn the_readmes_reaction_table_names_every_event() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let table: Vec<_> = readme.lines().filter(|line| line.starts_with("| `")).collect();
    let all = [
        WorkspaceEvent::NAMES,
        ProjectEvent::NAMES,
        PhaseEvent::NAMES,
        ConversationEvent::NAMES,
        StoryReviewEvent::NAMES,
        StoryEvent::NAMES,
    ];
    for names in all {
        for name in names {
            let rows = table.iter().filter(|row| row.contains(&format!("`{name}`"))).count();
            assert_eq!(rows, 1, "{name} must stand in one row of the README's reaction table");
        }
    }
    for row in &table {
        let rules: Vec<_> = row.split('`').filter(|part| part.ends_with(".rs")).collect();
        let reacts = !row.contains("| nothing");
        assert_eq!(!rules.is_empty(), reacts, "a row names its rule's file, or says nothing: {row}");
        for rule in rules {
            assert!(root().join("domain/src/policies").join(rule).exists(), "{rule} is no policy");
        }
    }
}

#[test]
fn the_files_that_the_readme_walks_through_exist() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let walk =
        readme.split("### Follow one click").nth(1).and_then(|rest| rest.split("### ").next()).expect("the walk");
    let paths: Vec<_> = walk.split('`').filter(|part| part.contains('/') && !part.contains(' ')).collect();
    assert!(paths.len() >= 8);
    for path in paths.into_iter().filter(|path| !path.contains('…')) {
        assert!(root().join(path).exists(), "{path} does not exist");
    }
}

#[test]
fn no_file_is_longer_than_one_can_hold_in_mind() {
    let mut folders = vec![root().join("domain"), root().join("projections"), root().join("api"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "target" && name != "node_modules" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let lines = std::fs::read_to_string(&path).expect("text").lines().count();
                assert!(lines <= 600, "{} has {lines} lines", path.display());
            }
        }
    }
}
