/**
 * The words of the interface, under the names the pages use.
 * Every type comes from the generated schema; nothing is declared twice.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Stage = Schemas["Stage"];
export type Role = Schemas["Role"];
export type GateState = Schemas["GateState"];
export type Gate = Schemas["Gate"];
export type Verb = Schemas["Verb"];
export type Person = Schemas["Person"];
export type Conductor = Schemas["Conductor"];
export type Me = Schemas["Me"];
export type SessionOptions = Schemas["SessionOptions"];
export type DemoPerson = Schemas["DemoSignIn"];
export type User = Schemas["User"];
export type ListedUser = Schemas["ListedUser"];
export type Project = Schemas["Project"];
export type ProjectSummary = Schemas["ProjectSummary"];
export type Member = Schemas["Member"];
export type PhaseKind = Schemas["PhaseKind"];
export type PhaseVerb = Schemas["PhaseVerb"];
export type Phase = Schemas["Phase"];
export type PhaseSummary = Schemas["PhaseSummary"];
export type StageView = Schemas["StageView"];
export type StageSummary = Schemas["StageSummary"];
export type Condition = Schemas["Condition"];
export type Finding = Schemas["Finding"];
export type StoryFinding = Schemas["StoryFinding"];
export type RaisedFinding = Schemas["RaisedFinding"];
export type Severity = Schemas["Severity"];
export type KeptSubmission = Schemas["KeptSubmission"];
export type Sidecar = Schemas["Sidecar"];
export type DriftReport = Schemas["DriftReport"];
export type Approval = Schemas["Approval"];
export type ChangeRequest = Schemas["ChangeRequest"];
export type Thread = Schemas["Thread"];
export type Anchor = Schemas["Anchor"];
export type NewAnchor = Schemas["NewAnchor"];
export type ReviewPolicy = Schemas["ReviewPolicy"];
export type StagePolicy = Schemas["StagePolicy"];
export type NewStagePolicy = Schemas["NewStagePolicy"];
export type ApprovalPolicyPage = Schemas["ApprovalPolicyPage"];
export type Delegation = Schemas["Delegation"];
export type Token = Schemas["Token"];
export type TokenScope = Schemas["TokenScope"];
export type IssuedToken = Schemas["IssuedToken"];
export type DeviceLogin = Schemas["WaitingDeviceLogin"];
export type Artefact = Schemas["Artefact"];
export type Brief = Schemas["Brief"];
export type OpenPoint = Schemas["OpenPoint"];
export type Draft = Schemas["Draft"];
export type DraftSummary = Schemas["DraftSummary"];
export type InboxItem = Schemas["InboxItem"];
export type TracedId = Schemas["TracedId"];
export type SectionDiff = Schemas["SectionDiff"];
export type LineDiff = Schemas["LineDiff"];
export type ArtefactVersion = Schemas["ArtefactVersion"];
export type VersionSummary = Schemas["ArtefactVersionSummary"];
export type Source = Schemas["Source"];
export type Message = Schemas["Message"];
export type MessageDocument = Schemas["Document"];
export type WaitingMessage = Schemas["WaitingMessage"];
export type Usage = Schemas["Usage"];
export type TurnContext = Schemas["TurnContext"];
export type ContextBlock = Schemas["ContextBlock"];
