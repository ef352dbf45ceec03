import { StrictMode, useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { AuthProvider, SignedIn, SignedOut, useSession } from "symbolon/react";
import { Devices, Operator, Workspaces } from "./account-pages.tsx";
import { goTo, Link, Page, usePath } from "./parts.tsx";
import { SignIn } from "./sign-in.tsx";
import { client, useWorkbench, WorkbenchProvider, type Workspace } from "./workbench.tsx";
import { Invoices, Members, Projects } from "./workspace-pages.tsx";

type WorkspacePage = (props: { readonly workspace: Workspace }) => ReactNode;

/** The pages of a workspace, and whose they are. The server decides; this only keeps the menu honest. */
const workspacePages: Readonly<
  Record<string, { readonly title: string; readonly of: WorkspacePage; readonly admins?: true }>
> = {
  "/projects": { title: "Projects", of: Projects },
  "/invoices": { title: "Invoices", of: Invoices, admins: true },
  "/members": { title: "Members", of: Members, admins: true },
};

function Dashboard(): ReactNode {
  const { me, workspace, notice, say, enter } = useWorkbench();
  const path = usePath();
  const open = me?.tenants.filter(({ suspended }) => !suspended) ?? [];
  // Whoever has one workspace only is not asked which.
  const only = me?.tenantId === null && open.length === 1 ? open[0]?.id : undefined;
  useEffect(() => {
    if (only !== undefined) enter(only).catch(() => undefined);
  }, [only, enter]);

  const home = me === null ? "/" : me.operator && workspace === null ? "/operator" : "/projects";
  useEffect(() => {
    if (path === "/") goTo(home, true);
  }, [path, home]);

  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // Whoever listens to the page is told of the new one.
    if (!isFirst.current) {
      say("");
      main.current?.focus();
    }
    isFirst.current = false;
  }, [path, say]);

  if (me === null) {
    return (
      <p className="waiting" role="status">
        {notice || "…"}
      </p>
    );
  }
  return (
    <div className="shell">
      <header>
        <p className="brand">Workbench</p>
        {me.tenants.length > 0 && (
          <Link to="/workspaces" className="switch">
            <small>Workspace</small>
            <span>{workspace?.name ?? "None"}</span>
            <small>{workspace === null ? "Choose" : "Switch"}</small>
          </Link>
        )}
        <Menu workspace={workspace} isOperator={me.operator} />
        <SignedIn>
          {({ user }) => (
            <div className="person">
              <span>{user?.name ?? user?.email}</span>
              <button type="button" onClick={() => void client.signOut()}>
                Sign out
              </button>
            </div>
          )}
        </SignedIn>
      </header>
      <main ref={main} tabIndex={-1}>
        <p className="notice" role="status">
          {notice}
        </p>
        <Shown key={`${me.tenantId} ${path}`} path={path} workspace={workspace} />
      </main>
    </div>
  );
}

function Menu({
  workspace,
  isOperator,
}: {
  readonly workspace: Workspace | null;
  readonly isOperator: boolean;
}): ReactNode {
  const shown = Object.entries(workspacePages).filter(
    ([, { admins }]) => workspace !== null && (admins !== true || workspace.role === "admin"),
  );
  return (
    <nav aria-label="Main">
      {shown.map(([path, { title }]) => (
        <Link key={path} to={path}>
          {title}
        </Link>
      ))}
      {isOperator && <Link to="/operator">Tenants</Link>}
      <Link to="/devices">Devices</Link>
    </nav>
  );
}

function Shown({
  path,
  workspace,
}: {
  readonly path: string;
  readonly workspace: Workspace | null;
}): ReactNode {
  if (path === "/devices") return <Devices />;
  if (path === "/operator") return <Operator />;
  if (path === "/workspaces" || workspace === null) return <Workspaces />;
  const { of: Content, admins } = workspacePages[path] ?? {};
  if (Content === undefined) return <Page title="Nothing here" lead="There is no such page." />;
  if (admins === true && workspace.role !== "admin") {
    return <Page title="For administrators" lead={`You are a member of ${workspace.name}.`} />;
  }
  return <Content workspace={workspace} />;
}

function Outage(): ReactNode {
  const { status, error } = useSession();
  if (status !== "unknown" || error === null) return null;
  return (
    <p className="waiting" role="status">
      We cannot reach the server. You are not signed out; this page tries again by itself.
    </p>
  );
}

const root = document.getElementById("root");
if (root === null) throw new TypeError("the page has no root");
createRoot(root).render(
  <StrictMode>
    <AuthProvider client={client}>
      <SignedIn>
        <WorkbenchProvider>
          <Dashboard />
        </WorkbenchProvider>
      </SignedIn>
      <SignedOut>
        <SignIn />
      </SignedOut>
      <Outage />
    </AuthProvider>
  </StrictMode>,
);
