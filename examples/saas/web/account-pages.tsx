import { useCallback, useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { ListedSessionBody } from "symbolon/client";
import { goTo, Page, SureButton } from "./parts.tsx";
import { client, messageOf, useResource, useWorkbench, type Workspace } from "./workbench.tsx";

/** Where to work: also what is shown to whom no workspace is left. */
export function Workspaces(): ReactNode {
  const { me, workspace, enter } = useWorkbench();
  const [error, setError] = useState("");

  function open({ id }: Workspace): void {
    setError("");
    enter(id).then(
      () => goTo("/projects"),
      (thrown: unknown) => setError(messageOf(thrown)),
    );
  }

  const tenants = me?.tenants ?? [];
  return (
    <Page title="Workspaces" lead="You are in one at a time, in all tabs." error={error}>
      <ul className="cards">
        {tenants.map((tenant) => (
          <li key={tenant.id}>
            <div>
              <strong>{tenant.name}</strong>
              <small>
                {tenant.role === "admin" ? "You are an administrator" : "You are a member"}
              </small>
            </div>
            {tenant.suspended && <span className="badge">Suspended</span>}
            {tenant.id === workspace?.id ? (
              <span className="badge good">You are here</span>
            ) : (
              <button type="button" disabled={tenant.suspended} onClick={() => open(tenant)}>
                Open {tenant.name}
              </button>
            )}
          </li>
        ))}
      </ul>
      {tenants.length === 0 && (
        <p className="empty">
          You are not a member of any workspace. An administrator can add you by your email address.
        </p>
      )}
    </Page>
  );
}

const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

export function Devices(): ReactNode {
  const [sessions, setSessions] = useState<readonly ListedSessionBody[]>([]);
  const [error, setError] = useState("");

  const reload = useCallback(async () => {
    try {
      setSessions(await client.sessions.list());
      setError("");
    } catch (thrown) {
      setError(messageOf(thrown));
    }
  }, []);
  useEffect(() => void reload(), [reload]);

  function end(act: () => Promise<unknown>): void {
    act()
      .catch((thrown: unknown) => setError(messageOf(thrown)))
      .finally(() => void reload());
  }

  return (
    <Page title="Devices" lead="Where you are signed in, in any workspace." error={error}>
      <ul className="cards">
        {sessions.map(({ id, device, lastSeenAt, current }) => (
          <li key={id}>
            <div>
              <strong>{device.name}</strong>
              <small>Last seen {when.format(new Date(lastSeenAt))}</small>
            </div>
            {current ? (
              <span className="badge good">This device</span>
            ) : (
              <button type="button" onClick={() => end(() => client.sessions.revoke(id))}>
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <SureButton
          label="Sign out everywhere else"
          question="Really sign out everywhere else?"
          onSure={() => end(() => client.sessions.revokeOthers())}
        />
      )}
    </Page>
  );
}

export function Operator(): ReactNode {
  const { ask, say } = useWorkbench();
  const path = "/api/operator/tenants";
  const { data, error, reload } = useResource<readonly Omit<Workspace, "role">[]>(path);
  const [failure, setFailure] = useState("");

  async function change({ id, name, suspended }: Omit<Workspace, "role">): Promise<void> {
    try {
      if (suspended) await ask(`${path}/${id}/resume`, "POST");
      else {
        const { sessions } = await ask<{ sessions: number }>(`${path}/${id}/suspend`, "POST");
        say(`${name} is suspended. ${sessions} ${sessions === 1 ? "session" : "sessions"} ended.`);
      }
      await reload();
    } catch (thrown) {
      setFailure(messageOf(thrown));
    }
  }

  return (
    <Page
      title="Tenants"
      lead="Suspending one ends every session that is in it, everywhere, at once."
      error={failure || error}
    >
      <ul className="cards">
        {data?.map((tenant) => (
          <li key={tenant.id}>
            <div>
              <strong>{tenant.name}</strong>
              <small>{tenant.id}</small>
            </div>
            <span className={tenant.suspended ? "badge" : "badge good"}>
              {tenant.suspended ? "Suspended" : "Active"}
            </span>
            {tenant.suspended ? (
              <button type="button" onClick={() => void change(tenant)}>
                Resume {tenant.name}
              </button>
            ) : (
              <SureButton
                label={`Suspend ${tenant.name}`}
                question="Really suspend it?"
                onSure={() => void change(tenant)}
              />
            )}
          </li>
        ))}
      </ul>
    </Page>
  );
}
