import { useState } from "react";
import type { ReactNode, SubmitEvent } from "react";
import { useSession } from "symbolon/react";
import { fieldOf, Page, SureButton } from "./parts.tsx";
import { messageOf, useResource, useWorkbench, type Workspace } from "./workbench.tsx";

interface InWorkspace {
  readonly workspace: Workspace;
}

interface Project {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string;
}

interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly subject: string;
  readonly cents: number;
  readonly paid: number;
}

interface Member {
  readonly userId: string;
  readonly role: "admin" | "member";
  readonly name: string;
  readonly email: string;
}

/** Something to do that changes what is shown; what went wrong is told. */
function useAct(reload: () => Promise<void>): {
  readonly failure: string;
  readonly act: (what: () => Promise<unknown>) => Promise<boolean>;
} {
  const [failure, setFailure] = useState("");
  return {
    failure,
    async act(what) {
      setFailure("");
      try {
        await what();
        await reload();
        return true;
      } catch (error) {
        setFailure(messageOf(error));
        return false;
      }
    },
  };
}

export function Projects({ workspace }: InWorkspace): ReactNode {
  const { ask } = useWorkbench();
  const path = `/api/tenants/${workspace.id}/projects`;
  const { data, error, reload } = useResource<readonly Project[]>(path);
  const { failure, act } = useAct(reload);

  async function add(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    if (await act(() => ask(path, "POST", { name: fieldOf(form, "name") }))) form.reset();
  }

  return (
    <Page title="Projects" lead={`What ${workspace.name} is working on.`} error={failure || error}>
      <form className="line" onSubmit={(event) => void add(event)}>
        <label>
          New project
          <input name="name" required maxLength={80} autoComplete="off" />
        </label>
        <button className="main">Add project</button>
      </form>
      <ul className="cards">
        {data?.map(({ id, name, createdBy }) => (
          <li key={id}>
            <div>
              <strong>{name}</strong>
              <small>by {createdBy}</small>
            </div>
            {workspace.role === "admin" && (
              <SureButton
                label="Delete"
                about={name}
                question="Really delete?"
                onSure={() => void act(() => ask(`${path}/${id}`, "DELETE"))}
              />
            )}
          </li>
        ))}
      </ul>
      {data?.length === 0 && <p className="empty">There are no projects yet.</p>}
    </Page>
  );
}

const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

export function Invoices({ workspace }: InWorkspace): ReactNode {
  const path = `/billing/tenants/${workspace.id}/invoices`;
  const { data, error } = useResource<readonly Invoice[]>(path);
  const due = data?.reduce((sum, { cents, paid }) => sum + (paid === 1 ? 0 : cents), 0) ?? 0;
  return (
    <Page title="Invoices" lead="From the billing service, for administrators." error={error}>
      {data !== null && (
        <table>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col">For</th>
              <th scope="col">State</th>
              <th scope="col" className="amount">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map(({ id, number, subject, cents, paid }) => (
              <tr key={id}>
                <th scope="row">{number}</th>
                <td className="subject">{subject}</td>
                <td>
                  <span className={paid === 1 ? "badge good" : "badge"}>
                    {paid === 1 ? "Paid" : "Due"}
                  </span>
                </td>
                <td className="amount">{euros.format(cents / 100)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                Still due
              </th>
              <td className="amount">{euros.format(due / 100)}</td>
            </tr>
          </tfoot>
        </table>
      )}
    </Page>
  );
}

export function Members({ workspace }: InWorkspace): ReactNode {
  const { ask } = useWorkbench();
  const { user: self } = useSession();
  const path = `/api/tenants/${workspace.id}/members`;
  const { data, error, reload } = useResource<readonly Member[]>(path);
  const { failure, act } = useAct(reload);

  async function invite(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const body = { email: fieldOf(form, "email"), role: fieldOf(form, "role") };
    if (await act(() => ask(path, "POST", body))) form.reset();
  }

  return (
    <Page
      title="Members"
      lead={`Who works in ${workspace.name}. What you change counts with their next click.`}
      error={failure || error}
    >
      <ul className="cards">
        {data?.map(({ userId, role, name, email }) => (
          <li key={userId}>
            <div>
              <strong>{name}</strong>
              <small>{email}</small>
            </div>
            <span className={role === "admin" ? "badge good" : "badge plain"}>
              {role === "admin" ? "Administrator" : "Member"}
            </span>
            {userId === self?.id ? (
              <small>This is you.</small>
            ) : (
              <div className="acts" role="group" aria-label={name}>
                <button
                  type="button"
                  onClick={() =>
                    void act(() =>
                      ask(`${path}/${userId}`, "PATCH", {
                        role: role === "admin" ? "member" : "admin",
                      }),
                    )
                  }
                >
                  {role === "admin" ? "Make member" : "Make administrator"}
                </button>
                <SureButton
                  label="Remove"
                  question="Really remove?"
                  onSure={() => void act(() => ask(`${path}/${userId}`, "DELETE"))}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {data !== null && (
        <form className="line panel" onSubmit={(event) => void invite(event)}>
          <h2>Add somebody</h2>
          <label>
            Email address
            <input name="email" type="email" required autoComplete="off" />
          </label>
          <label>
            Role
            <select name="role" defaultValue="member">
              <option value="member">Member</option>
              <option value="admin">Administrator</option>
            </select>
          </label>
          <button className="main">Add to {workspace.name}</button>
        </form>
      )}
    </Page>
  );
}
