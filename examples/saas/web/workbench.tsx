import { createContext, useCallback, useContext, useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { createClient, type Client } from "symbolon/client";
import { useSession } from "symbolon/react";

export const client: Client<{ readonly users: true }> = createClient();

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly suspended: boolean;
  readonly role: "admin" | "member";
}

/** Where the session is, and where it might go: what `GET /api/me` answers. */
export interface Me {
  readonly tenantId: string | null;
  readonly operator: boolean;
  readonly tenants: readonly Workspace[];
}

/** The server's no, or nobody's answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

interface Workbench {
  readonly me: Me | null;
  /** The workspace that the session is in; null outside of all, and for whom nothing is left of it. */
  readonly workspace: Workspace | null;
  /** What the page announces. */
  readonly notice: string;
  readonly say: (notice: string) => void;
  /** Asks the server. After a 403 the page finds out what has become of its rights. @throws Refusal */
  readonly ask: <Body>(path: string, method?: string, body?: object) => Promise<Body>;
  /** @throws Refusal */
  readonly enter: (tenantId: string) => Promise<void>;
}

const WorkbenchContext = createContext<Workbench | null>(null);

export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext);
  if (workbench === null) throw new TypeError("useWorkbench needs a <WorkbenchProvider> around it");
  return workbench;
}

export function WorkbenchProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const sessionId = useSession().session?.id;
  const [me, setMe] = useState<Me | null>(null);
  const [notice, say] = useState("");
  const before = useRef<Me | null>(null);

  const look = useCallback(async () => {
    const response = await send("/api/me");
    if (!response.ok) throw await refusalIn(response);
    const now = (await response.json()) as Me;
    const change = changeOf(before.current, now);
    before.current = now;
    if (change !== "") say(change);
    setMe(now);
  }, []);

  // Another session is another workspace, or somebody else; also when another tab has switched.
  useEffect(() => {
    if (sessionId === undefined) return;
    let isOver = false;
    const start = async (): Promise<void> => {
      try {
        await look();
      } catch (error) {
        if (isOver) return;
        say(messageOf(error));
        setTimeout(() => isOver || void start(), 5_000);
      }
    };
    void start();
    return () => {
      isOver = true;
    };
  }, [sessionId, look]);

  const ask = useCallback(
    async <Body,>(path: string, method = "GET", body?: object): Promise<Body> => {
      const response = await send(path, method, body);
      if (response.ok) return (response.status === 204 ? null : await response.json()) as Body;
      // Whatever comes of that: the answer is the refusal.
      if (response.status === 403) await look().catch(() => undefined);
      throw await refusalIn(response);
    },
    [look],
  );

  const enter = useCallback(
    async (tenantId: string) => {
      const path = `/api/tenants/${encodeURIComponent(tenantId)}/enter`;
      await ask(path, "POST").catch(async (error: unknown) => {
        // The person's rights changed in this very moment: once more, with the new ones.
        if (!(error instanceof Refusal) || error.code !== "sign_in_superseded") throw error;
        await ask(path, "POST");
      });
      say("");
      await client.session.reload();
      // Before anything is asked for in the name of the workspace of before.
      await look();
    },
    [ask, look],
  );

  const workspace = me?.tenants.find(({ id }) => id === me.tenantId) ?? null;
  return (
    <WorkbenchContext value={{ me, workspace, notice, say, ask, enter }}>
      {children}
    </WorkbenchContext>
  );
}

export interface Resource<Body> {
  readonly data: Body | null;
  readonly error: string;
  readonly reload: () => Promise<void>;
}

/** What is at an address; read again by `reload`, and whenever the address changes. */
export function useResource<Body>(path: string): Resource<Body> {
  const { ask } = useWorkbench();
  const [state, setState] = useState<{ path: string; data: Body | null; error: string }>({
    path,
    data: null,
    error: "",
  });
  const reload = useCallback(
    () =>
      ask<Body>(path).then(
        (data) => setState({ path, data, error: "" }),
        (error: unknown) => setState({ path, data: null, error: messageOf(error) }),
      ),
    [ask, path],
  );
  useEffect(() => void reload(), [reload]);
  return state.path === path ? { ...state, reload } : { data: null, error: "", reload };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function send(path: string, method = "GET", body?: object): Promise<Response> {
  try {
    return await client.fetch(path, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
  } catch (error) {
    throw new Refusal(0, "unreachable", "The server cannot be reached just now.", { cause: error });
  }
}

async function refusalIn(response: Response): Promise<Refusal> {
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  const problem = (isJson ? await response.json() : {}) as { code?: string; detail?: string };
  const sentence =
    response.status === 403 ? "You may not do this (any more)." : "That did not work. Try again.";
  return new Refusal(response.status, problem.code ?? "", problem.detail ?? sentence);
}

/** What a person wants to be told of what others have done to their rights. */
function changeOf(before: Me | null, now: Me): string {
  if (before === null || before.tenantId === null || before.tenantId !== now.tenantId) return "";
  const find = ({ tenants }: Me) => tenants.find(({ id }) => id === now.tenantId);
  const [old, current] = [find(before), find(now)];
  if (old === undefined || old.role === current?.role) return "";
  if (current === undefined) return `You are no longer a member of ${old.name}.`;
  return current.role === "admin"
    ? `You are an administrator of ${old.name} now.`
    : `You are no longer an administrator of ${old.name}.`;
}
