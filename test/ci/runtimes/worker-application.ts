/** The application as a worker, with the Node compatibility of workers. */
import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import type { PasswordHash, PasswordHasher } from "symbolon";
import { makeApplication } from "./application.ts";

/** Argon2 is native code, which workers do not load; scrypt is among what they have of Node. */
const hasher: PasswordHasher = {
  async hash(password) {
    const salt = randomBytes(16);
    const key = scryptSync(password, salt, 32);
    return `${salt.toString("base64")}.${key.toString("base64")}` as PasswordHash;
  },
  async verify(hash, password) {
    const [salt = "", key = ""] = hash.split(".");
    const found = scryptSync(password, Buffer.from(salt, "base64"), 32);
    return { matches: timingSafeEqual(found, Buffer.from(key, "base64")), outdated: false };
  },
};

let application: ReturnType<typeof makeApplication> | undefined;

export default {
  fetch(request: Request): Promise<Response> {
    // Made by the first request: workers draw no random numbers before.
    application ??= makeApplication({ password: { hasher } });
    return application(request, { remoteAddress: request.headers.get("cf-connecting-ip") ?? "" });
  },
};
