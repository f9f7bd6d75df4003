/** The frame of every signed-in page: where one is, who one is, whether it is live. */
import { Menu } from "@base-ui/react/menu";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import {
  Columns3,
  Gauge,
  Inbox,
  LayoutGrid,
  ListTree,
  LogOut,
  Moon,
  Settings,
  Sun,
  UserRound,
  UsersRound,
} from "lucide-react";
import { useEffect } from "react";
import { inboxQuery } from "~/api/queries";
import type { Me } from "~/api/types";
import { Face } from "~/components/ui/Face";
import { Tip } from "~/components/ui/Tip";
import { toggleTheme, useTheme } from "~/lib/theme";
import { setWaiting } from "~/lib/waiting";
import { type Link as LinkState, useLink } from "~/live/connection";
import { CommandButton } from "./CommandButton";

const LINK_WORD: Record<LinkState, string> = {
  idle: "Connecting",
  connecting: "Reconnecting",
  live: "Live",
  offline: "Offline",
};

export function Shell({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[44px_minmax(0,1fr)] sm:grid-cols-[48px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-sheet focus:p-2"
      >
        Skip to content
      </a>
      <header className="flex min-w-0 items-center gap-2 border-rule border-b pr-2 sm:col-span-2 sm:gap-3 sm:pr-3">
        <Link
          to="/"
          aria-label="Konductro: projects"
          className="grid h-full w-12 shrink-0 place-items-center border-rule border-r"
        >
          <img src="/mark.svg" alt="" width={22} height={22} />
        </Link>
        <div id="crumbs" className="min-w-0 flex-1" />
        <div id="header-aside" className="flex shrink-0 items-center max-sm:hidden" />
        <CommandButton me={me} />
        <LinkStatus />
        <ThemeButton />
        <AccountMenu me={me} onSignOut={onSignOut} />
      </header>
      <nav
        aria-label="Main"
        className="flex flex-col items-center gap-1 border-rule border-r py-2 max-sm:hidden"
      >
        <NavItem to="/" label="Projects" icon={<LayoutGrid size={17} strokeWidth={1.75} aria-hidden />} />
        <InboxNav />
        <ProjectNav />
        {me.administrator && (
          <NavItem to="/users" label="Users" icon={<UsersRound size={17} strokeWidth={1.75} aria-hidden />} />
        )}
        <span className="flex-1" />
        <NavItem
          to="/account"
          label="Account"
          icon={<UserRound size={17} strokeWidth={1.75} aria-hidden />}
        />
      </nav>
      <main id="main" tabIndex={-1} className="min-h-0 min-w-0 overflow-hidden outline-none">
        <Outlet />
      </main>
    </div>
  );
}

const NAV = "grid size-8 place-items-center rounded-sm text-ink-3 hover:bg-well hover:text-ink";
const NAV_HERE = { className: "bg-well text-ink" };

const PROJECT_PAGES = [
  { to: "/p/$projectKey", label: "Phases", icon: Columns3 },
  { to: "/p/$projectKey/backlog", label: "Backlog", icon: ListTree },
  { to: "/p/$projectKey/usage", label: "Usage and cost", icon: Gauge },
  { to: "/p/$projectKey/settings", label: "Project settings", icon: Settings },
] as const;

/** The pages of the project one is in. */
function ProjectNav() {
  const { projectKey } = useParams({ strict: false });
  if (!projectKey) return null;
  return (
    <div role="group" aria-label={`Project ${projectKey}`} className="my-1 border-rule border-y py-1">
      {PROJECT_PAGES.map(({ to, label, icon: Icon }) => (
        <Tip key={to} label={label}>
          <Link
            to={to}
            params={{ projectKey }}
            aria-label={label}
            activeOptions={{ exact: to === "/p/$projectKey", includeSearch: false }}
            className={NAV}
            activeProps={NAV_HERE}
          >
            <Icon size={17} strokeWidth={1.75} aria-hidden />
          </Link>
        </Tip>
      ))}
    </div>
  );
}

/** What waits for me, with how much; the inbox is asked again every few minutes, wherever one is. */
function InboxNav() {
  const inbox = useQuery({ ...inboxQuery, refetchInterval: 180_000 });
  const waiting = inbox.data?.length ?? 0;
  useEffect(() => {
    setWaiting(waiting);
    return () => setWaiting(0);
  }, [waiting]);
  const label = waiting > 0 ? `Inbox: ${waiting} waiting for you` : "Inbox";
  return (
    <Tip label={label}>
      <Link
        to="/inbox"
        aria-label={label}
        activeOptions={{ exact: true }}
        className={`relative ${NAV}`}
        activeProps={NAV_HERE}
      >
        <Inbox size={17} strokeWidth={1.75} aria-hidden />
        {waiting > 0 && (
          <span
            aria-hidden
            className="num -top-0.5 -right-0.5 absolute min-w-4 rounded-full bg-review px-1 text-center font-medium text-2xs text-sheet leading-4"
          >
            {waiting > 99 ? "99+" : waiting}
          </span>
        )}
      </Link>
    </Tip>
  );
}

type NavProps = { to: "/" | "/users" | "/account"; label: string; icon: React.ReactNode };

function NavItem({ to, label, icon }: NavProps) {
  return (
    <Tip label={label}>
      <Link to={to} aria-label={label} activeOptions={{ exact: true }} className={NAV} activeProps={NAV_HERE}>
        {icon}
      </Link>
    </Tip>
  );
}

function LinkStatus() {
  const link = useLink();
  return (
    <span className="flex shrink-0 items-center gap-1.5 text-2xs text-ink-3" role="status">
      <span
        aria-hidden
        className={`size-1.5 rounded-full ${link === "live" ? "bg-approved" : "pulse bg-review"}`}
      />
      <span className="max-sm:sr-only">{LINK_WORD[link]}</span>
    </span>
  );
}

function ThemeButton() {
  const theme = useTheme();
  const next = theme === "dark" ? "light" : "dark";
  const Icon = theme === "dark" ? Sun : Moon;
  return (
    <button
      type="button"
      className="btn btn-ghost btn-icon"
      aria-label={`Switch to ${next} theme`}
      title={`Switch to ${next} theme`}
      onClick={toggleTheme}
    >
      <Icon size={15} aria-hidden />
    </button>
  );
}

function AccountMenu({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  const navigate = useNavigate();
  const item = "flex h-8 cursor-default items-center gap-2 rounded-xs px-2 data-highlighted:bg-accent-soft";
  return (
    <Menu.Root>
      <Menu.Trigger className="rounded-full" aria-label={`Account of ${me.name}`}>
        <Face name={me.name} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className="pop min-w-[220px] rounded-md border border-rule-2 bg-sheet p-1 shadow-lg">
            <div className="border-rule border-b px-2 pt-1 pb-2">
              <div className="font-medium">{me.name}</div>
              <div className="text-2xs text-ink-3">{me.email}</div>
              <div className="mt-1 text-2xs text-ink-3">{me.conductor.label}</div>
            </div>
            <Menu.Item className={`${item} mt-1`} onClick={() => void navigate({ to: "/inbox" })}>
              <Inbox size={14} aria-hidden />
              Inbox
            </Menu.Item>
            <Menu.Item className={item} onClick={() => void navigate({ to: "/account" })}>
              <UserRound size={14} aria-hidden />
              Account
            </Menu.Item>
            {me.administrator && (
              <Menu.Item className={item} onClick={() => void navigate({ to: "/users" })}>
                <UsersRound size={14} aria-hidden />
                Users
              </Menu.Item>
            )}
            <Menu.Item className={item} onClick={onSignOut}>
              <LogOut size={14} aria-hidden />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
