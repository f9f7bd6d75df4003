//! For each operation the moment at which it is possible, and the request for it.

use konductro_tests::Person;
use konductro_tests::analysis::document_without_code;
use konductro_tests::person::PASSWORD;
use konductro_tests::reviewed::{criteria, items, phase_in_review, ready_phase, table};
use konductro_tests::socket::Socket;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::{Actor, Cast};
use super::moments::{
    analysed, delegation, device, draft, finding, kept, open_request, raised, running_turn, stopped_turn, thread,
    waiting_device, with_requirements,
};

/// A request that is waiting for somebody to send it.
pub(super) struct Scene {
    what: What,
    /// Whether it was set for one person, and tells nothing of another.
    pub(super) is_for_one: bool,
}

enum What {
    Request {
        method: Method,
        path: String,
        if_match: Option<String>,
        body: Option<Value>,
    },
    /// Opens the socket, and subscribes if there is a topic.
    Socket {
        topic: Option<String>,
    },
    /// Ends the session that it uses, so that it takes one of its own.
    OwnSession {
        method: Method,
        path: &'static str,
        body: Option<Value>,
    },
}

impl Scene {
    fn get(path: impl Into<String>) -> Self {
        Self::request(Method::GET, path.into(), None)
    }

    fn post(path: impl Into<String>, body: Value) -> Self {
        Self::request(Method::POST, path.into(), Some(body))
    }

    /// Without a body.
    fn bare(path: impl Into<String>) -> Self {
        Self::request(Method::POST, path.into(), None)
    }

    fn delete(path: impl Into<String>) -> Self {
        Self::request(Method::DELETE, path.into(), None)
    }

    /// Changes whatever is there.
    fn patch(path: impl Into<String>, if_match: impl Into<String>, body: Value) -> Self {
        let what = What::Request {
            method: Method::PATCH,
            path: path.into(),
            if_match: Some(if_match.into()),
            body: Some(body),
        };
        Self { what, is_for_one: false }
    }

    /// Replaces whatever is there.
    fn put(path: impl Into<String>, if_match: impl Into<String>, body: Value) -> Self {
        let what =
            What::Request { method: Method::PUT, path: path.into(), if_match: Some(if_match.into()), body: Some(body) };
        Self { what, is_for_one: false }
    }

    fn request(method: Method, path: String, body: Option<Value>) -> Self {
        Self { what: What::Request { method, path, if_match: None, body }, is_for_one: false }
    }

    fn socket(topic: Option<String>) -> Self {
        Self { what: What::Socket { topic }, is_for_one: false }
    }

    fn own_session(method: Method, path: &'static str, body: Option<Value>) -> Self {
        Self { what: What::OwnSession { method, path, body }, is_for_one: true }
    }

    fn for_one(self) -> Self {
        Self { is_for_one: true, ..self }
    }

    /// Whether it can be played again after it went well.
    pub(super) fn changes_nothing(&self) -> bool {
        match &self.what {
            What::Request { method, .. } => *method == Method::GET,
            What::Socket { .. } => true,
            What::OwnSession { .. } => false,
        }
    }

    /// Has somebody send it: the status, and what came with it.
    pub(super) async fn play(&self, cast: &Cast, actor: Actor) -> (u16, Value) {
        let person = cast.person(actor);
        let answer = match &self.what {
            What::Request { method, path, if_match, body } => {
                let mut request = person.request(method.clone(), path);
                if let Some(if_match) = if_match {
                    request = request.header("If-Match", if_match);
                }
                if let Some(body) = body {
                    request = request.json(body);
                }
                person.send(request).await
            }
            What::OwnSession { method, path, body } => {
                let person = match actor {
                    Actor::Anonymous | Actor::Token => person.clone(),
                    _ => Person::sign_in(&cast.url, &person.email, PASSWORD).await,
                };
                let mut request = person.request(method.clone(), path);
                if let Some(body) = body {
                    request = request.json(body);
                }
                person.send(request).await
            }
            What::Socket { topic } => return socket(cast, actor, topic.as_deref()).await,
        };
        (answer.status, answer.body)
    }
}

/// What opening the socket, or subscribing there, comes to, as a status.
async fn socket(cast: &Cast, actor: Actor, topic: Option<&str>) -> (u16, Value) {
    let url = format!("{}/api/v1/ws", cast.url);
    let (name, proof) = cast.person(actor).proof();
    let headers = [(name, proof.as_str()), ("origin", cast.url.as_str())];
    let mut socket = match Socket::open(&url, &headers).await {
        Ok(socket) => socket,
        Err(refused) => return (refused.status, refused.problem),
    };
    let Some(topic) = topic else { return (101, Value::Null) };
    socket.send(json!({ "type": "subscribe", "topic": topic })).await;
    let about_it = |frame: &Value| matches!(frame["type"].as_str(), Some("snapshot" | "error"));
    let frame = socket.until("an answer", about_it).await;
    match (frame["type"].as_str(), frame["code"].as_str()) {
        (Some("snapshot"), _) => (200, frame),
        (_, Some("not-found")) => (404, frame),
        _ => (500, frame),
    }
}

/// Sets the scene for an operation.
pub(super) async fn set(cast: &Cast, operation: &str, stage: Option<&str>, actor: Actor) -> Scene {
    let (owner, project) = (&cast.owner, format!("/projects/{}", cast.project));
    let at = stage.unwrap_or("requirements");
    let artefact = |phase: &str| format!("/phases/{phase}/artefacts/{at}");
    let unique = uuid::Uuid::now_v7().simple().to_string();
    match operation {
        "getHealth" => Scene::get("/healthz"),
        "getReadiness" => Scene::get("/readyz"),
        "getSetup" => Scene::get("/setup"),
        "setUp" => {
            let body = json!({ "code": "AAAA-AAAA", "name": "Eve", "email": "eve@example.com", "password": PASSWORD });
            Scene::post("/setup", body)
        }
        "getSessionOptions" => Scene::get("/session-options"),
        "signIn" => {
            let body = json!({ "email": owner.email, "password": PASSWORD });
            Scene::own_session(Method::POST, "/session", Some(body))
        }
        "signOut" => Scene::own_session(Method::DELETE, "/session", None),
        "getMe" => Scene::get("/me"),
        "changePassword" => {
            let body = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
            Scene::own_session(Method::POST, "/me/password", Some(body))
        }
        "listUsers" => Scene::get("/users"),
        "createUser" => {
            let email = format!("{unique}@example.com");
            Scene::post("/users", json!({ "name": "New", "email": email, "password": PASSWORD }))
        }
        "changeUser" => {
            let path = format!("/users/{}", cast.person(Actor::Nobody).user_id);
            Scene::request(Method::PATCH, path, Some(json!({ "name": format!("Nobody {unique}") })))
        }
        "getInbox" => Scene::get("/inbox"),
        "getAuditHead" => Scene::get("/audit/head"),
        "proveInclusion" => Scene::get("/audit/proofs/inclusion?position=1"),
        "proveConsistency" => Scene::get("/audit/proofs/consistency?from=1"),
        "openSocket" => Scene::socket(None),

        "listTokens" => Scene::get("/tokens"),
        "issueToken" => Scene::post(
            "/tokens",
            json!({ "name": "laptop", "project_id": cast.project, "scopes": ["read"], "expires_in_days": 30 }),
        ),
        "revokeToken" => {
            let (_, token) = owner.issue_token(&cast.project, &["read"]).await;
            Scene::delete(format!("/tokens/{token}"))
        }
        "startDeviceLogin" => Scene::post("/device-logins", device()),
        "collectDeviceLogin" => {
            let waiting = owner.post("/device-logins", device()).await.expect(201);
            Scene::post("/device-logins/collect", json!({ "device_secret": waiting["device_secret"] }))
        }
        "getDeviceLogin" => Scene::get(waiting_device(owner).await),
        "approveDeviceLogin" => Scene::post(
            format!("{}/approve", waiting_device(owner).await),
            json!({ "project_id": cast.project, "scopes": ["read"], "expires_in_days": 30 }),
        ),
        "refuseDeviceLogin" => Scene::bare(format!("{}/refuse", waiting_device(owner).await)),

        "listProjects" => Scene::get("/projects"),
        "createProject" => {
            let key = format!("P{}", unique[unique.len() - 8..].to_uppercase());
            Scene::post("/projects", json!({ "key": key, "name": "Another" }))
        }
        "getProject" => Scene::get(project),
        "editProject" => Scene::patch(project, "*", json!({ "name": format!("Payments {unique}") })),
        "setMemberRoles" => {
            let newcomer = owner.invite("Newcomer", &format!("{unique}@example.com")).await;
            let path = format!("{project}/members/{}", newcomer.user_id);
            Scene::request(Method::PUT, path, Some(json!({ "roles": ["auditor"] })))
        }
        "removeMember" => {
            let newcomer = owner.invite("Newcomer", &format!("{unique}@example.com")).await;
            owner.add_member(&cast.project, &newcomer, &["auditor"]).await;
            Scene::delete(format!("{project}/members/{}", newcomer.user_id))
        }
        "addRepository" => Scene::post(
            format!("{project}/repositories"),
            json!({ "name": format!("pay-{unique}"), "remote": format!("https://example.com/{unique}.git") }),
        ),
        "removeRepository" => {
            let path = format!("{project}/repositories");
            let remote = format!("https://example.com/{unique}.git");
            let added =
                owner.post(&path, json!({ "name": format!("pay-{unique}"), "remote": remote })).await.expect(201);
            let repositories = added["repositories"].as_array().unwrap().iter();
            let id =
                repositories.filter(|it| it["remote"] == remote.as_str()).find_map(|it| it["id"].as_str()).unwrap();
            Scene::delete(format!("{path}/{id}"))
        }
        "exportAudit" => Scene::get(format!("{project}/audit/export")),
        "getBudget" => Scene::get(format!("{project}/budget")),
        "setBudget" => Scene::put(format!("{project}/budget"), "*", json!({ "monthly_micros": null })),
        "topic.project" => Scene::socket(Some(format!("project:{}", cast.project))),

        "listPhases" => Scene::get(format!("{project}/phases")),
        "openPhase" => Scene::post(format!("{project}/phases"), json!({ "kind": "light", "title": "Another" })),
        "getPhase" => Scene::get(format!("/phases/{}", cast.open("full").await)),
        "renamePhase" => {
            Scene::patch(format!("/phases/{}", cast.open("full").await), "*", json!({ "title": "Split sooner" }))
        }
        "promotePhase" => Scene::bare(format!("/phases/{}/promote", cast.open("light").await)),
        "cancelPhase" => {
            Scene::post(format!("/phases/{}/cancel", cast.open("full").await), json!({ "reason": "No money" }))
        }
        "completePhase" => Scene::bare(format!("/phases/{}/complete", ready_phase(owner, &cast.project).await)),
        "listHistory" => Scene::get(format!("/phases/{}/history", cast.open("full").await)),
        "getEvidencePack" => Scene::get(format!("/phases/{}/evidence-pack", cast.open("full").await)),
        "getPhaseAt" => {
            let phase = cast.open("full").await;
            let history = owner.get(&format!("/phases/{phase}/history")).await.expect(200);
            Scene::get(format!("/phases/{phase}/history/{}", history["items"][0]["position"]))
        }
        "topic.phase" => Scene::socket(Some(format!("phase:{}", cast.open("full").await))),

        "listMessages" => Scene::get(format!("/phases/{}/stages/requirements/messages", cast.open("full").await)),
        "postMessage" => {
            let path = format!("/phases/{}/stages/{at}/messages", cast.unlocked(at).await);
            Scene::post(path, json!({ "text": "Sellers wait three days for their money." }))
        }
        "getNextContext" => Scene::get(format!("/phases/{}/stages/requirements/context", cast.open("full").await)),
        "getTurnContext" => {
            let phase = cast.open("full").await;
            let reply = owner.converse(&phase, "requirements", "Sellers wait three days for their money.").await;
            let turn = reply["turn_id"].as_str().unwrap();
            Scene::get(format!("/phases/{phase}/stages/requirements/turns/{turn}/context"))
        }
        "stopTurn" => Scene::bare(format!("{}/stop", running_turn(cast).await)),
        "retryTurn" => Scene::bare(format!("{}/retry", stopped_turn(cast).await)),
        "cancelQueuedMessage" => {
            let turn = running_turn(cast).await;
            let messages = turn.split("/turns/").next().unwrap().to_owned() + "/messages";
            owner.post(&messages, json!({ "text": "And at weekends?" })).await.expect(202);
            Scene::delete(format!("{messages}/queued"))
        }
        "continueTurn" => Scene::bare(format!("{}/continue", stopped_turn(cast).await)),
        "editMessage" => {
            let speaker = if actor == Actor::Sdm { cast.person(Actor::Sdm) } else { owner };
            let phase = cast.open("full").await;
            let reply = speaker.converse(&phase, "requirements", "Sellers wait three days.").await;
            let turn = reply["turn_id"].as_str().unwrap();
            let path = format!("/phases/{phase}/stages/requirements/turns/{turn}/edit");
            Scene::post(path, json!({ "text": "Sellers wait two days." })).for_one()
        }
        "extractDocument" => Scene::post(format!("{}/extract", stopped_turn(cast).await), json!({})),
        "topic.conversation" => Scene::socket(Some(format!("conversation:{}:requirements", cast.open("full").await))),

        "getArtefact" => Scene::get(artefact(&cast.in_review(at).await)),
        "listArtefactVersions" => Scene::get(format!("{}/versions", artefact(&cast.in_review(at).await))),
        "getProvenance" => Scene::get(format!("{}/versions/1/provenance", artefact(&cast.in_review(at).await))),
        "getArtefactVersion" => Scene::get(format!("{}/versions/1", artefact(&cast.in_review(at).await))),
        "diffArtefactVersions" => {
            let phase = cast.in_review(at).await;
            owner.save_version(&phase, at, "# Another version\n").await.expect(201);
            Scene::get(format!("{}/diff?from=1&to=2", artefact(&phase)))
        }
        "addArtefactVersion" if at == "technical_analysis" => {
            // What comes by a token is held to what an analysis must hold.
            let phase = with_requirements(cast).await;
            let markdown = document_without_code(&["R-1", "R-2", "R-3", "R-4"]);
            Scene::post(format!("{}/versions", artefact(&phase)), json!({ "title": "Document", "markdown": markdown }))
        }
        "addArtefactVersion" => {
            let path = format!("{}/versions", artefact(&cast.unlocked(at).await));
            Scene::post(path, json!({ "title": "Document", "markdown": "# By somebody\n" }))
        }
        "markVersionSeen" => {
            let path = format!("{}/versions/1/seen", artefact(&cast.in_review(at).await));
            Scene::request(Method::PUT, path, Some(json!({})))
        }
        "getTraceability" => Scene::get(format!("/phases/{}/traceability", cast.in_review(at).await)),
        "keepDraft" => {
            let path = format!("{}/draft", artefact(&cast.in_review(at).await));
            Scene::request(Method::PUT, path, Some(draft()))
        }
        "getDraft" => {
            // Everybody who may write finds their own; whoever may not has none.
            let path = format!("{}/draft", artefact(&cast.in_review(at).await));
            cast.person(actor).put(&path, draft()).await;
            Scene::get(path).for_one()
        }
        "discardDraft" => Scene::delete(format!("{}/draft", artefact(&cast.in_review(at).await))),
        "topic.editing" => Scene::socket(Some(format!("editing:{}:{at}", cast.in_review(at).await))),

        "checkArtefact" => {
            Scene::post(format!("{}/check", artefact(&cast.in_review(at).await)), json!({ "markdown": "# Unsaved\n" }))
        }

        "approveArtefact" => {
            let phase = cast.in_review(at).await;
            Scene::post(format!("{}/approvals", artefact(&phase)), owner.approval_of(&phase, at).await)
        }
        "withdrawApproval" => {
            // Everybody who may approve takes back their own; whoever may not finds the owner's.
            let phase = cast.in_review(at).await;
            let approval = owner.approval_of(&phase, at).await;
            let path = format!("{}/approvals", artefact(&phase));
            if cast.person(actor).post(&path, approval.clone()).await.status != 201 {
                owner.post(&path, approval).await.expect(201);
            }
            Scene::delete(format!("{path}/mine")).for_one()
        }
        "requestChanges" => {
            let path = format!("{}/change-requests", artefact(&cast.in_review(at).await));
            Scene::post(path, json!({ "version": 1, "reason": "It has no number" }))
        }
        "withdrawChangeRequest" => {
            // Everybody who may ask takes back their own; whoever may not finds the owner's.
            let phase = cast.in_review(at).await;
            let (path, body) = (
                format!("{}/change-requests", artefact(&phase)),
                json!({ "version": 1, "reason": "It has no number" }),
            );
            if cast.person(actor).post(&path, body.clone()).await.status != 201 {
                owner.post(&path, body).await.expect(201);
            }
            Scene::bare(format!("{path}/{}/withdraw", open_request(cast, &phase, at).await)).for_one()
        }
        "dismissChangeRequest" => {
            let phase = cast.in_review(at).await;
            let path = format!("{}/change-requests", artefact(&phase));
            owner.post(&path, json!({ "version": 1, "reason": "It has no number" })).await.expect(201);
            let request = open_request(cast, &phase, at).await;
            Scene::post(format!("{path}/{request}/dismiss"), json!({ "reason": "It has one" }))
        }
        "reopenStage" => {
            let phase = cast.approved(at).await;
            Scene::post(format!("/phases/{phase}/stages/{at}/reopen"), json!({ "reason": "Tax was forgotten" }))
        }
        "reaffirmArtefact" => {
            let phase = cast.stale(at).await;
            Scene::post(format!("{}/reaffirm", artefact(&phase)), owner.approval_of(&phase, at).await)
        }

        "restartReview" => Scene::bare(format!("{}/restart-review", artefact(&cast.in_review(at).await))),
        "listThreads" => Scene::get(format!("{}/threads", artefact(&cast.in_review(at).await))),
        "openThread" => {
            let path = format!("{}/threads", artefact(&cast.in_review(at).await));
            Scene::post(path, json!({ "version": 1, "text": "Which days?" }))
        }
        "replyInThread" => {
            let thread = thread(cast, &artefact(&cast.in_review(at).await)).await;
            Scene::post(format!("{thread}/replies"), json!({ "text": "Working days" }))
        }
        "resolveThread" => {
            let thread = thread(cast, &artefact(&cast.in_review(at).await)).await;
            Scene::bare(format!("{thread}/resolve"))
        }

        "getHandOff" => Scene::get(format!("/phases/{}/hand-off", cast.unlocked("technical_analysis").await)),
        "listFindings" => Scene::get(format!("/phases/{}/findings", cast.open("full").await)),
        "raiseFinding" => {
            let phase = ready_phase(owner, &cast.project).await;
            Scene::post(format!("/phases/{phase}/findings"), finding(at, &unique))
        }
        "acceptFinding" => Scene::bare(format!("{}/accept", raised(cast, at, &unique).await)),
        "declineFinding" => {
            Scene::post(format!("{}/decline", raised(cast, at, &unique).await), json!({ "reason": "It is so" }))
        }
        "listKeptSubmissions" => Scene::get(kept(cast).await.rsplit_once('/').unwrap().0),
        "getKeptSubmission" => Scene::get(kept(cast).await),
        "adoptSubmission" => {
            Scene::post(format!("{}/adopt", kept(cast).await), json!({ "reason": "The code moved on" }))
        }
        "reportDrift" => {
            let phase = analysed(cast).await;
            let place = json!({ "evidence": "E-1", "state": "moved" });
            Scene::post(format!("/phases/{phase}/drift-reports"), json!({ "version": 1, "places": [place] }))
        }

        "getApprovalPolicy" => Scene::get(format!("{project}/approval-policy")),
        "changeApprovalPolicy" => {
            // As it is already: whoever may is answered the same, and other scenes keep their policy.
            let stage = json!({
                "stage": "architecture", "roles": ["sdm", "architect"], "required_approvals": 1, "author_may_approve": true
            });
            Scene::put(format!("{project}/approval-policy"), "*", json!({ "stages": [stage] }))
        }
        "getUsage" => Scene::get(format!("{project}/usage")),
        "listDelegations" => Scene::get(format!("{project}/delegations")),
        "delegateRole" => Scene::post(format!("{project}/delegations"), delegation(&owner.user_id)),
        "endDelegation" => {
            let to = &cast.person(Actor::Sdm).user_id;
            let lent = owner.post(&format!("{project}/delegations"), delegation(to)).await.expect(201);
            Scene::delete(format!("{project}/delegations/{}", lent["id"].as_str().unwrap()))
        }

        "listProposals" => Scene::get(format!("/phases/{}/proposals", ready_phase(owner, &cast.project).await)),
        "generateProposals" => {
            Scene::post(format!("/phases/{}/proposals/generate", ready_phase(owner, &cast.project).await), json!({}))
        }
        "stopGeneration" => {
            let path = format!("/phases/{}/proposals", ready_phase(owner, &cast.project).await);
            owner.post(&format!("{path}/generate"), json!({})).await.expect(202);
            Scene::bare(format!("{path}/generate/stop"))
        }
        "editProposal"
        | "splitProposal"
        | "mergeProposals"
        | "rejectProposal"
        | "restoreProposal"
        | "undoReviewStep"
        | "approveProposal"
        | "approveAllProposals" => review(cast, operation).await,

        "listBacklog" => Scene::get(format!("{project}/backlog")),
        "exportBacklog" => Scene::get(format!("{project}/backlog/export?format=csv")),
        "addStory" => Scene::post(format!("{project}/stories"), json!({ "request": "Show the pay-out date" })),
        "getStory" => Scene::get(cast.story().await),
        "editStory" => Scene::patch(cast.story().await, "*", json!({ "title": format!("Story {unique}") })),
        "closeStory" => Scene::post(format!("{}/close", cast.story().await), json!({ "reason": "Nobody needs it" })),
        "enrichStory" => Scene::bare(format!("{}/enrich", cast.story().await)),
        "refineStory" => Scene::bare(format!("{}/refine", cast.story().await)),
        "acceptRefinement" => Scene::post(format!("{}/refinement/accept", cast.story().await), json!({})),
        "refuseRefinement" => Scene::post(format!("{}/refinement/refuse", cast.story().await), json!({})),
        unknown => panic!("{unknown} has a row and no scene; add one to {}/scenes.rs", super::WHERE),
    }
}

/// A verb of the review, on proposals that await a decision.
async fn review(cast: &Cast, operation: &str) -> Scene {
    let owner = &cast.owner;
    let phase = phase_in_review(owner, &cast.project).await;
    let proposals = items(&table(owner, &phase).await);
    let path = format!("/phases/{phase}/proposals");
    let id = |index: usize| proposals[index]["id"].as_str().unwrap().to_owned();
    let one = format!("{path}/{}", id(0));
    match operation {
        "editProposal" => Scene::patch(one, "*", json!({ "title": "Another title" })),
        "splitProposal" => {
            let criteria = criteria(&proposals[0]);
            let (first, rest) = criteria.split_at(1);
            let part = |title: &str, criteria: &[String]| json!({ "title": title, "acceptance_criteria": criteria });
            Scene::post(format!("{one}/split"), json!({ "into": [part("One", first), part("Other", rest)] }))
        }
        "mergeProposals" => Scene::post(format!("{path}/merge"), json!({ "proposal_ids": [id(0), id(1)] })),
        "rejectProposal" => Scene::post(format!("{one}/reject"), json!({ "reason": "Too small" })),
        "approveProposal" => Scene::post(format!("{one}/approve"), json!({ "version": 1 })),
        "approveAllProposals" => Scene::post(format!("{path}/approve-all"), json!({})),
        _ => {
            owner.post(&format!("{one}/reject"), json!({ "reason": "Too small" })).await.expect(200);
            let verb = if operation == "restoreProposal" { format!("{one}/restore") } else { format!("{path}/undo") };
            Scene::bare(verb)
        }
    }
}
