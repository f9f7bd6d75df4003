/** What is signed in to the project without a person: everybody's tokens, for its SDMs. */
import { useQuery } from "@tanstack/react-query";
import { tokensQuery } from "~/api/tokens";
import type { Project } from "~/api/types";
import { TokenList } from "~/components/tokens/TokenList";
import { ProblemNotice } from "~/components/ui/Notice";
import { Section } from "./Section";

export function TokensSection({ project }: { project: Project }) {
  const tokens = useQuery(tokensQuery(project.id));
  return (
    <Section
      id="tokens"
      title="API tokens"
      lead="Each acts for its owner in this project, and decides nothing. Issue yours under Account."
    >
      <ProblemNotice error={tokens.error} />
      {tokens.data && <TokenList tokens={tokens.data} label="API tokens of this project" withOwner />}
      {tokens.data?.length === 0 && <p className="mt-2 text-ink-3 text-xs">Nobody has one for it.</p>}
    </Section>
  );
}
