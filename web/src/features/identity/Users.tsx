/** The workspace's users, for administrators: invite by creating, disable, make administrator. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { keys, usersQuery } from "~/api/queries";
import type { ListedUser } from "~/api/types";
import { changeUser } from "~/api/workspace";
import { Face } from "~/components/ui/Face";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { date } from "~/lib/time";
import { NewUserDialog } from "./NewUserDialog";

export function Users({ myId }: { myId: string }) {
  const users = useQuery(usersQuery);
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [disabling, setDisabling] = useState<ListedUser | null>(null);
  const change = useMutation({
    mutationFn: ({ id, ...to }: { id: string; disabled?: boolean; administrator?: boolean }) =>
      changeUser(id, to),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
  return (
    <div className="mx-auto w-full max-w-[960px] px-4 py-8 sm:px-6">
      <div className="flex items-center justify-between gap-3">
        <p className="text-ink-2">
          Administrators manage users and may create projects. Roles are given per project.
        </p>
        <button type="button" className="btn btn-primary" onClick={() => setAdding(true)}>
          <UserPlus size={14} aria-hidden />
          New user
        </button>
      </div>
      <ProblemNotice error={users.error ?? (disabling ? null : change.error)} />
      {users.isPending && <Skeleton className="mt-6" />}
      {users.data && (
        <div className="mt-4 relative overflow-x-auto">
          <table className="w-full text-left">
            <thead>
              <tr className="border-rule border-b text-ink-3 text-xs">
                <th className="py-2 font-medium">Name</th>
                <th className="py-2 font-medium max-md:hidden">Since</th>
                <th className="py-2 font-medium max-sm:hidden">Access</th>
                <th className="py-2">
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {users.data.map((user) => (
                <UserRow
                  key={user.user_id}
                  user={user}
                  isMe={user.user_id === myId}
                  busy={change.isPending}
                  onChange={(to) => change.mutate({ id: user.user_id, ...to })}
                  onDisable={() => setDisabling(user)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {adding && <NewUserDialog onClose={() => setAdding(false)} />}
      {disabling && (
        <ReasonDialog
          title={`Disable ${disabling.name}`}
          description="They are signed out everywhere at once and cannot sign in again until you enable them. Their roles and what they decided stay."
          action="Disable"
          pending="Disabling…"
          error={change.error}
          busy={change.isPending}
          onClose={() => {
            setDisabling(null);
            change.reset();
          }}
          onSubmit={() =>
            change.mutate({ id: disabling.user_id, disabled: true }, { onSuccess: () => setDisabling(null) })
          }
        />
      )}
    </div>
  );
}

type RowProps = {
  user: ListedUser;
  isMe: boolean;
  busy: boolean;
  onChange: (to: { disabled?: boolean; administrator?: boolean }) => void;
  onDisable: () => void;
};

function UserRow({ user, isMe, busy, onChange, onDisable }: RowProps) {
  const access = user.disabled ? "Disabled" : user.administrator ? "Administrator" : "Member";
  return (
    <tr className="border-rule border-b align-middle">
      <td className="py-2 pr-4">
        <span className="flex items-center gap-2.5">
          <Face name={user.name} />
          <span className={user.disabled ? "text-ink-3" : ""}>
            <span className="block font-medium">
              {user.name}
              {isMe && <span className="font-normal text-ink-3"> (you)</span>}
            </span>
            <span className="block break-all text-ink-3 text-xs">{user.email}</span>
            <span className="block text-xs sm:hidden">{access}</span>
          </span>
        </span>
      </td>
      <td className="num py-2 pr-4 text-ink-2 text-xs max-md:hidden">
        {user.created_at && date(user.created_at)}
      </td>
      <td className="py-2 pr-4 text-xs max-sm:hidden">{access}</td>
      <td className="py-2 text-right">
        <span className="inline-flex gap-1 max-sm:flex-col max-sm:items-end">
          <button
            type="button"
            className="btn btn-ghost"
            disabled={busy}
            onClick={() => onChange({ administrator: !user.administrator })}
            aria-label={`${user.administrator ? "Remove administrator" : "Make administrator"}: ${user.name}`}
          >
            {user.administrator ? "Remove administrator" : "Make administrator"}
          </button>
          <button
            type="button"
            className="btn btn-ghost"
            disabled={busy || isMe}
            onClick={() => (user.disabled ? onChange({ disabled: false }) : onDisable())}
            aria-label={`${user.disabled ? "Enable" : "Disable"} ${user.name}`}
          >
            {user.disabled ? "Enable" : "Disable"}
          </button>
        </span>
      </td>
    </tr>
  );
}
