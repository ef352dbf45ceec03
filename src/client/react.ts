import { createContext, createElement, useContext, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import type { BaseClient } from "./client-interface.ts";
import type { SessionState } from "./session-state.ts";

const ClientContext = createContext<BaseClient | null>(null);

/** Makes the client known to everything within. */
export function AuthProvider({
  client,
  children,
}: {
  readonly client: BaseClient;
  readonly children?: ReactNode;
}): ReactNode {
  return createElement(ClientContext, { value: client }, children);
}

/**
 * Who is signed in here; renders again when that changes, in this tab or in another.
 * @throws TypeError outside of an `AuthProvider`
 */
export function useSession(): SessionState {
  const client = useContext(ClientContext);
  if (client === null) throw new TypeError("useSession needs an <AuthProvider> around it");
  const { subscribe, get, getInitial } = client.session;
  return useSyncExternalStore(subscribe, get, getInitial);
}

/** Shows its children to whoever is signed in; a function is given who that is. */
export function SignedIn({
  children,
}: {
  readonly children?:
    | ReactNode
    | ((signedIn: SessionState & { readonly status: "signed_in" }) => ReactNode);
}): ReactNode {
  const state = useSession();
  if (state.status !== "signed_in") return null;
  return typeof children === "function" ? children(state) : children;
}

/** Shows its children to whoever is not signed in. While nobody can say it shows nothing: an outage is no sign-out. */
export function SignedOut({ children }: { readonly children?: ReactNode }): ReactNode {
  return useSession().status === "signed_out" ? children : null;
}
