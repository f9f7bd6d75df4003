/** The command palette: every project, every phase that is loaded, and the app's own commands. */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { phasesQuery, projectsQuery } from "~/api/queries";
import type { Me } from "~/api/types";
import { toggleTheme } from "~/lib/theme";

type Command = { id: string; label: string; hint: string; run: () => void };
type Group = { value: string; items: Command[] };
type Props = { me: Me; onClose: () => void; onKeys: () => void };

export default function Palette({ me, onClose, onKeys }: Props) {
  const groups = useCommands(me, onKeys);
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fade fixed inset-0 z-40 bg-black/30" />
        <Dialog.Popup
          aria-label="Command palette"
          className="pop fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-[560px] -translate-x-1/2 overflow-hidden rounded-lg border border-rule-2 bg-sheet shadow-xl"
        >
          <Autocomplete.Root
            open
            inline
            items={groups}
            autoHighlight="always"
            keepHighlight
            itemToStringValue={(command: Command) => `${command.hint} ${command.label}`}
          >
            <Autocomplete.Input
              aria-label="Search projects, phases and commands"
              placeholder="Search projects, phases, commands"
              className="h-11 w-full border-rule border-b bg-transparent px-4 text-lg outline-none"
            />
            <Autocomplete.Empty>
              <div className="px-4 py-5 text-ink-3 empty:hidden">Nothing matches.</div>
            </Autocomplete.Empty>
            <Autocomplete.List className="fine-scroll max-h-[50vh] overflow-y-auto py-1">
              {(group: Group) => (
                <Autocomplete.Group key={group.value} items={group.items} className="py-1">
                  <Autocomplete.GroupLabel className="eyebrow px-4 pt-1.5 pb-1">
                    {group.value}
                  </Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(command: Command) => (
                      <Autocomplete.Item
                        key={command.id}
                        value={command}
                        onClick={() => {
                          onClose();
                          command.run();
                        }}
                        className="flex h-8 cursor-default items-center gap-3 px-4 text-base data-highlighted:bg-accent-soft"
                      >
                        <span className="min-w-0 flex-1 truncate">{command.label}</span>
                        <span className="mono text-ink-3">{command.hint}</span>
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useCommands(me: Me, onKeys: () => void): Group[] {
  const navigate = useNavigate();
  const projects = useQuery(projectsQuery).data;
  const phases = useQueries({
    queries: (projects ?? []).map((project) => phasesQuery(project.id)),
    combine: (answers) => answers.map((answer) => answer.data ?? []),
  });
  return useMemo(() => {
    const list = projects ?? [];
    const toPhases = list.flatMap((project, index) =>
      (phases[index] ?? []).map((phase) => ({
        id: phase.id,
        label: phase.title,
        hint: `${project.key} · ${phase.number}`,
        run: () =>
          void navigate({
            to: "/p/$projectKey/phases/$number",
            params: { projectKey: project.key, number: String(phase.number) },
          }),
      })),
    );
    const toProjects = list.flatMap((project) => [
      {
        id: project.id,
        label: project.name,
        hint: project.key,
        run: () => void navigate({ to: "/p/$projectKey", params: { projectKey: project.key } }),
      },
      {
        id: `${project.id}/backlog`,
        label: `${project.name}: backlog`,
        hint: project.key,
        run: () => void navigate({ to: "/p/$projectKey/backlog", params: { projectKey: project.key } }),
      },
      {
        id: `${project.id}/usage`,
        label: `${project.name}: usage and cost`,
        hint: project.key,
        run: () => void navigate({ to: "/p/$projectKey/usage", params: { projectKey: project.key } }),
      },
      {
        id: `${project.id}/settings`,
        label: `${project.name}: settings`,
        hint: project.key,
        run: () => void navigate({ to: "/p/$projectKey/settings", params: { projectKey: project.key } }),
      },
    ]);
    const own: Command[] = [
      { id: "projects", label: "Projects", hint: "g p", run: () => void navigate({ to: "/" }) },
      {
        id: "inbox",
        label: "Inbox: what waits for me",
        hint: "g i",
        run: () => void navigate({ to: "/inbox" }),
      },
      ...(me.administrator
        ? [{ id: "users", label: "Users", hint: "", run: () => void navigate({ to: "/users" }) }]
        : []),
      { id: "account", label: "Account", hint: "g a", run: () => void navigate({ to: "/account" }) },
      { id: "theme", label: "Switch between light and dark", hint: "⌘J", run: toggleTheme },
      { id: "keys", label: "Keys", hint: "?", run: onKeys },
    ];
    return [
      { value: "Phases", items: toPhases },
      { value: "Projects", items: toProjects },
      { value: "Konductro", items: own },
    ].filter((group) => group.items.length > 0);
  }, [projects, phases, me.administrator, navigate, onKeys]);
}
