/** What is different between two moments, as sentences. */
import type { Moment } from "~/api/replay";
import { STATE_WORD, stageName } from "~/lib/stages";
import { plural } from "~/lib/time";

export function differences(earlier: Moment, later: Moment): string[] {
  const found: string[] = [];
  const say = (text: string) => found.push(text);
  if (earlier.phase.title !== later.phase.title) say(`Title: ${earlier.phase.title} → ${later.phase.title}`);
  if (earlier.phase.status !== later.phase.status)
    say(`Phase: ${earlier.phase.status} → ${later.phase.status}`);
  for (const stage of later.stages) {
    const was = earlier.stages.find((candidate) => candidate.stage === stage.stage);
    const name = stageName(stage.stage);
    if (was?.state !== stage.state) {
      say(`${name}: ${was ? STATE_WORD[was.state] : "not there"} → ${STATE_WORD[stage.state]}`);
    }
    if ((was?.latest_version ?? null) !== stage.latest_version) {
      say(`${name}: v${was?.latest_version ?? "–"} → v${stage.latest_version ?? "–"}`);
    }
    const turns = (moment: Moment) =>
      moment.conversations.find((candidate) => candidate.stage === stage.stage)?.turns ?? 0;
    const more = turns(later) - turns(earlier);
    if (more > 0) say(`${name}: ${plural(more, "turn")} of conversation`);
  }
  const before = new Map(earlier.proposals.map((proposal) => [proposal.id, proposal]));
  const changed = later.proposals.filter((proposal) => {
    const was = before.get(proposal.id);
    return !was || was.version !== proposal.version || was.status !== proposal.status;
  });
  if (changed.length > 0) say(`${plural(changed.length, "proposal")} new or changed`);
  const stories = later.stories.length - earlier.stories.length;
  if (stories > 0) say(`${plural(stories, "story", "stories")} more in the backlog`);
  const roles = (moment: Moment) =>
    JSON.stringify(moment.members.map((member) => [member.user_id, member.roles]));
  if (roles(earlier) !== roles(later)) say("Members or their roles");
  return found;
}
