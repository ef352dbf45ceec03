import type { SessionView } from "../core/sessions/principal.ts";
import type { UserRecord } from "../core/users/user-store.ts";
import { describeDevice } from "./device-name.ts";
import type { ListedSessionBody, SessionBody, UserBody } from "./wire.ts";

/** A session as the routes show it. */
export function sessionBody(session: SessionView): SessionBody {
  return {
    id: session.id,
    createdAt: iso(session.createdAt),
    lastSeenAt: iso(session.lastSeenAt),
    expiresAt: iso(session.expiresAt),
    methods: session.methods,
    assuranceLevel: session.assuranceLevel,
    device: { ...describeDevice(session.userAgent), userAgent: session.userAgent },
  };
}

/** The same as a row of the list that `currentId` asks for. */
export function listedSessionBody(session: SessionView, currentId: string): ListedSessionBody {
  return { ...sessionBody(session), current: session.id === currentId };
}

/** A user as the routes show it. */
export function userBody(user: UserRecord): UserBody {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    emailVerified: user.emailVerified,
    createdAt: iso(user.createdAt),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
