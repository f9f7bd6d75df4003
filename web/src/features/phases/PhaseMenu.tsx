/** What can be done to a whole phase: promote a light one, complete it, cancel it. */
import { Menu } from "@base-ui/react/menu";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowUpFromLine, Ban, CheckCheck, Ellipsis } from "lucide-react";
import { useState } from "react";
import { cancelPhase, completePhase, promotePhase } from "~/api/phases";
import { keys } from "~/api/queries";
import type { Phase, PhaseVerb } from "~/api/types";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { plural } from "~/lib/time";

type Step = Exclude<PhaseVerb, "rename">;

/** `onPromoted`: the phase has other stages now. */
type Props = { phase: Phase; onPromoted: () => void };

const STEPS = [
  { step: "complete", name: "Complete phase", icon: CheckCheck },
  { step: "promote", name: "Promote to full", icon: ArrowUpFromLine },
  { step: "cancel", name: "Cancel phase", icon: Ban },
] as const satisfies { step: Step; name: string; icon: unknown }[];

export function PhaseMenu({ phase, onPromoted }: Props) {
  const [asking, setAsking] = useState<Step | null>(null);
  const steps = STEPS.filter(({ step }) => phase.may.includes(step));
  if (steps.length === 0 && !asking) return null;
  return (
    <>
      <Menu.Root>
        <Menu.Trigger
          className="btn btn-ghost btn-icon shrink-0"
          aria-label="Phase actions"
          title="Phase actions"
        >
          <Ellipsis size={15} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="start" className="z-50">
            <Menu.Popup className="pop min-w-[200px] rounded-md border border-rule-2 bg-sheet p-1 shadow-lg">
              {steps.map(({ step, name, icon: Icon }) => (
                <Menu.Item
                  key={step}
                  className="flex h-8 cursor-default items-center gap-2 rounded-xs px-2 data-highlighted:bg-accent-soft"
                  onClick={() => setAsking(step)}
                >
                  <Icon size={14} aria-hidden />
                  {name}
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {asking && (
        <PhaseStep
          phase={phase}
          step={asking}
          onClose={() => setAsking(null)}
          onDone={() => {
            setAsking(null);
            if (asking === "promote") onPromoted();
          }}
        />
      )}
    </>
  );
}

/** Asks first, and says what will happen. */
export function PhaseStep({
  phase,
  step,
  onClose,
  onDone,
}: {
  phase: Phase;
  step: Step;
  onClose: () => void;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: (reason: string) => {
      if (step === "promote") return promotePhase(phase);
      return step === "complete" ? completePhase(phase) : cancelPhase(phase, reason);
    },
    onSuccess: (next) => {
      client.setQueryData(keys.phase(next.id), next);
      void client.invalidateQueries({ queryKey: keys.phases(next.project_id) });
      void client.invalidateQueries({ queryKey: keys.phase(next.id) });
      onDone();
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.phase(phase.id), exact: true }),
  });
  return (
    <ReasonDialog
      {...WORDS[step](phase)}
      error={run.error}
      busy={run.isPending}
      onClose={onClose}
      onSubmit={(reason) => run.mutate(reason)}
    />
  );
}

type Words = { title: string; description: string; label?: string; action: string; pending: string };

const undecided = (phase: Phase): string => {
  const open = phase.proposals.proposed;
  return open > 0 ? ` ${plural(open, "proposed story stays", "proposed stories stay")} undecided.` : "";
};

const WORDS: Record<Step, (phase: Phase) => Words> = {
  promote: (phase) => ({
    title: "Promote to a full phase",
    description: `The scoping conversation and its note become the context of the requirements, and stay readable. Stories are locked until requirements, technical analysis and architecture are approved.${undecided(phase)} There is no way back to a light phase.`,
    action: "Promote to full",
    pending: "Promoting…",
  }),
  complete: (phase) => ({
    title: "Complete the phase",
    description: `Every proposed story is decided. ${plural(phase.stories, "story", "stories")} of this phase went into the backlog and ${phase.stories === 1 ? "stays" : "stay"} there; the phase takes no more changes.`,
    action: "Complete phase",
    pending: "Recording…",
  }),
  cancel: (phase) => ({
    title: "Cancel the phase",
    description: `Nothing is deleted: documents, conversations and stories stay readable, and the phase takes no more changes.${undecided(phase)} There is no way back.`,
    label: "Why",
    action: "Cancel phase",
    pending: "Recording…",
  }),
};
