//! Phases and stories as people name them: by id, or as `PAY-3`.

use serde_json::Value;
use uuid::Uuid;

use super::api::{Api, Question};
use super::refusal::Refusal;

/// How many pages of a list are looked through.
const MOST_PAGES: usize = 50;

/// `PAY-3`: a project's key and a number.
struct Numbered<'a> {
    key: &'a str,
    number: u64,
}

fn numbered(name: &str) -> Option<Numbered<'_>> {
    let (key, number) = name.rsplit_once('-')?;
    let is_key = (1..=16).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_key.then_some(())?;
    Some(Numbered { key, number: number.parse().ok()? })
}

/// The key of the project that `PAY-3` is in.
pub(crate) fn project_key(name: &str) -> Option<&str> {
    numbered(name.trim()).map(|numbered| numbered.key)
}

/// The id of a phase.
pub(crate) async fn phase_id(api: &dyn Api, name: &str) -> Result<Uuid, Refusal> {
    let name = name.trim();
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let wanted = numbered(name).ok_or_else(|| {
        Refusal::because("`phase` is the phase's id, or its project's key and its number, such as PAY-3.")
    })?;
    let project = project_id(api, wanted.key).await?;
    let path = format!("/projects/{project}/phases");
    find(api, &path, |phase| phase["number"].as_u64() == Some(wanted.number)).await?.ok_or_else(|| {
        Refusal::because(format!("There is no phase {name} among those you may see; `list_my_work` names what waits."))
    })
}

/// The id of a story.
pub(super) async fn story_id(api: &dyn Api, name: &str) -> Result<Uuid, Refusal> {
    let name = name.trim();
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let wanted =
        numbered(name).ok_or_else(|| Refusal::because("`story` is the story's id, or its key, such as PAY-12."))?;
    let project = project_id(api, wanted.key).await?;
    let path = format!("/projects/{project}/backlog?text={}-{}", wanted.key, wanted.number);
    let is_it = |story: &Value| story["key"].as_str().is_some_and(|key| key.eq_ignore_ascii_case(name));
    find(api, &path, is_it)
        .await?
        .ok_or_else(|| Refusal::because(format!("There is no story {name} in the backlog, or you may not see it.")))
}

async fn project_id(api: &dyn Api, key: &str) -> Result<Uuid, Refusal> {
    let me = api.ask(Question::get("/me")).await?.done()?;
    let mut projects = me["projects"].as_array().into_iter().flatten();
    let found = projects.find(|project| project["key"].as_str().is_some_and(|its| its.eq_ignore_ascii_case(key)));
    let id = found.and_then(|project| project["project_id"].as_str()?.parse().ok());
    id.ok_or_else(|| Refusal::because(format!("There is no project {key}, or this token is not for it.")))
}

/// The id of the first item of a list that is the one.
async fn find(api: &dyn Api, path: &str, is_it: impl Fn(&Value) -> bool) -> Result<Option<Uuid>, Refusal> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut cursor = String::new();
    for _ in 0..MOST_PAGES {
        let page = api.ask(Question::get(format!("{path}{separator}limit=200{cursor}"))).await?.done()?;
        let items = page["items"].as_array().into_iter().flatten();
        if let Some(found) = items.clone().find(|item| is_it(item)) {
            return Ok(found["id"].as_str().and_then(|id| id.parse().ok()));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(None),
        }
    }
    Ok(None)
}
