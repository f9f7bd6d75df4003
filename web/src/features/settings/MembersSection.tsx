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
  const toggle = (member: Member, role: Role) => {
    const roles = member.roles.includes(role)
      ? member.roles.filter((held) => held !== role)
      : [...member.roles, role];
    save.mutate(
      roles.length > 0 ? { userId: member.user_id, roles } : { userId: member.user_id, remove: true },
    );
  };
  return (
    <Section
      id="members"
      title="Members and roles"
      lead="Roles are held per project; a person may hold several."
    >
      <div className="mt-3 relative overflow-x-auto">
        <table className="w-full min-w-[600px] text-left">
          <thead>
            <tr className="border-rule border-b text-ink-3 text-xs">
              <th className="py-2 font-medium">Person</th>
              {ROLES.map((role) => (
                <th key={role} className="w-24 py-2 text-center font-medium" title={ROLE_DOES[role]}>
                  {ROLE_WORD[role]}
                </th>
              ))}
              <th className="w-10 py-2">
                <span className="sr-only">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {project.members.map((member) => (
              <tr key={member.user_id} className="border-rule border-b">
                <td className="py-2 pr-4">
                  <span className="flex items-center gap-2.5">
                    <Face name={member.name} />
                    <span>
                      <span className="block font-medium">{member.name}</span>
                      <span className="block text-ink-3 text-xs">{member.email}</span>
                    </span>
                  </span>
                </td>
                {ROLES.map((role) => (
                  <td key={role} className="py-2 text-center">
                    <input
                      type="checkbox"
                      className="size-4 accent-accent"
                      checked={member.roles.includes(role)}
                      disabled={!mayChange || save.isPending}
                      onChange={() => toggle(member, role)}
                      aria-label={`${member.name}: ${ROLE_WORD[role]}`}
                    />
                  </td>
                ))}
                <td className="py-2 text-right">
                  {mayChange && (
                    <button
                      type="button"
                      className="btn btn-ghost btn-icon"
                      disabled={save.isPending}
                      onClick={() => save.mutate({ userId: member.user_id, remove: true })}
                      aria-label={`Remove ${member.name} from the project`}
                    >
                      <UserMinus size={14} aria-hidden />
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ProblemNotice error={save.error} />
      {mayChange && (
        <AddMember
          project={project}
          busy={save.isPending}
          onAdd={(userId, role) => save.mutate({ userId, roles: [role] })}
        />
      )}
    </Section>
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
