/** Members and roles as a matrix: one row a person, one column a role. */
import { useQuery } from "@tanstack/react-query";
import { UserMinus } from "lucide-react";
import { useState } from "react";
import { peopleQuery } from "~/api/queries";
import type { Member, Project, Role } from "~/api/types";
import { removeMember, setMemberRoles } from "~/api/workspace";
import { Face } from "~/components/ui/Face";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { ROLE_DOES, ROLE_WORD, ROLES } from "~/lib/stages";
import { Section } from "./Section";
import { useProjectChange } from "./useProjectChange";

type Change = { userId: string; roles: Role[] } | { userId: string; remove: true };

export function MembersSection({ project, mayChange }: { project: Project; mayChange: boolean }) {
  const save = useProjectChange(project, (change: Change) =>
    "remove" in change
      ? removeMember(project, change.userId)
      : setMemberRoles(project, change.userId, change.roles),
  );
  const [leaving, setLeaving] = useState<Member | null>(null);
  const toggle = (member: Member, role: Role) => {
    const roles = member.roles.includes(role)
      ? member.roles.filter((held) => held !== role)
      : [...member.roles, role];
    if (roles.length > 0) save.mutate({ userId: member.user_id, roles });
    else setLeaving(member);
  };
  return (
    <Section
      id="members"
      title="Members and roles"
      lead="Roles are held per project; a person may hold several."
    >
      <div
        className={`mt-3 ${COLUMNS} border-rule border-b py-2 text-ink-3 text-xs max-sm:hidden`}
        aria-hidden
      >
        <span className="font-medium">Person</span>
        {ROLES.map((role) => (
          <span key={role} className="text-center font-medium" title={ROLE_DOES[role]}>
            {ROLE_WORD[role]}
          </span>
        ))}
      </div>
      <ul className="max-sm:mt-3" aria-label="Members">
        {project.members.map((member) => (
          <MemberRow
            key={member.user_id}
            member={member}
            mayChange={mayChange}
            busy={save.isPending}
            onToggle={(role) => toggle(member, role)}
            onRemove={() => setLeaving(member)}
          />
        ))}
      </ul>
      <ProblemNotice error={leaving ? null : save.error} />
      {mayChange && (
        <AddMember
          project={project}
          busy={save.isPending}
          onAdd={(userId, role) => save.mutate({ userId, roles: [role] })}
        />
      )}
      {leaving && (
        <ReasonDialog
          title={`Remove ${leaving.name} from ${project.name}`}
          description="They no longer see this project. What they wrote and decided stays on record, and they can be added again."
          action="Remove"
          pending="Removing…"
          error={save.error}
          busy={save.isPending}
          onClose={() => {
            setLeaving(null);
            save.reset();
          }}
          onSubmit={() =>
            save.mutate({ userId: leaving.user_id, remove: true }, { onSuccess: () => setLeaving(null) })
          }
        />
      )}
    </Section>
  );
}

/** One row for a person, one column for a role; on a phone the roles stand below the name. */
const COLUMNS = "sm:grid sm:grid-cols-[minmax(0,1fr)_repeat(4,5.25rem)_2rem] sm:items-center";

type RowProps = {
  member: Member;
  mayChange: boolean;
  busy: boolean;
  onToggle: (role: Role) => void;
  onRemove: () => void;
};

function MemberRow({ member, mayChange, busy, onToggle, onRemove }: RowProps) {
  return (
    <li className={`${COLUMNS} relative border-rule border-b py-2`}>
      <span className="flex items-center gap-2.5 pr-4 max-sm:pr-9">
        <Face name={member.name} />
        <span className="min-w-0">
          <span className="block font-medium">{member.name}</span>
          <span className="block break-all text-ink-3 text-xs">{member.email}</span>
        </span>
      </span>
      <span className="flex flex-wrap gap-x-3.5 gap-y-1.5 pt-2 sm:contents">
        {ROLES.map((role) => (
          <label key={role} className="flex items-center gap-1.5 sm:justify-center">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={member.roles.includes(role)}
              disabled={!mayChange || busy}
              onChange={() => onToggle(role)}
              aria-label={`${member.name}: ${ROLE_WORD[role]}`}
            />
            <span aria-hidden className="text-xs sm:hidden">
              {ROLE_WORD[role]}
            </span>
          </label>
        ))}
      </span>
      {mayChange && (
        <button
          type="button"
          className="btn btn-ghost btn-icon max-sm:absolute max-sm:top-2 max-sm:right-0"
          disabled={busy}
          onClick={onRemove}
          aria-label={`Remove ${member.name} from the project`}
          title="Remove from the project"
        >
          <UserMinus size={14} aria-hidden />
        </button>
      )}
    </li>
  );
}

type AddProps = { project: Project; busy: boolean; onAdd: (userId: string, role: Role) => void };

function AddMember({ project, busy, onAdd }: AddProps) {
  const [search, setSearch] = useState("");
  const [role, setRole] = useState<Role>("developer");
  const people = useQuery({ ...peopleQuery(search.trim()), placeholderData: (previous) => previous });
  const members = new Set(project.members.map((member) => member.user_id));
  const found = (people.data ?? []).filter((person) => !members.has(person.user_id)).slice(0, 6);
  return (
    <div className="mt-5 max-w-[520px]">
      <div className="grid grid-cols-[1fr_140px] gap-3">
        <Field label="Add a person" className="">
          {(control) => (
            <input
              {...control}
              type="search"
              placeholder="Name or e-mail"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              className="field"
            />
          )}
        </Field>
        <Field label="as" className="">
          {(control) => (
            <select
              {...control}
              value={role}
              onChange={(event) =>
                setRole(ROLES.find((known) => known === event.target.value) ?? "developer")
              }
              className="field"
            >
              {ROLES.map((known) => (
                <option key={known} value={known}>
                  {ROLE_WORD[known]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <ProblemNotice error={people.error} />
      <ul className="mt-1 divide-y divide-rule">
        {found.map((person) => (
          <li key={person.user_id} className="flex items-center gap-2.5 py-1.5">
            <Face name={person.name} />
            <span className="min-w-0 flex-1 truncate">
              {person.name} <span className="text-ink-3 text-xs">{person.email}</span>
            </span>
            <button
              type="button"
              className="btn"
              disabled={busy}
              onClick={() => onAdd(person.user_id, role)}
              aria-label={`Add ${person.name} as ${ROLE_WORD[role]}`}
            >
              Add
            </button>
          </li>
        ))}
      </ul>
      {people.data && found.length === 0 && (
        <p className="mt-1 text-ink-3 text-xs">Nobody else found. An administrator creates users.</p>
      )}
    </div>
  );
}
