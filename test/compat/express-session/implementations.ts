import expressSession from "express-session";
import ours from "symbolon/compat/express-session";

export type SessionModule = typeof expressSession;

export const original: SessionModule = expressSession;
export const compat: SessionModule = ours;

declare module "express-session" {
  interface SessionData {
    [key: string]: unknown;
  }
}
