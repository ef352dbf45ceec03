import { AuthError, type FieldError } from "../core/errors.ts";
import type { Cursor } from "../core/revocation/revocation-store.ts";
import type { ServiceLimits, ServiceSync } from "../core/revocation/service-syncs.ts";
import { readJsonObject } from "./body.ts";
import type { ResourceServerRouteCall, Route, RouteAnswer } from "./route.ts";
import type { RevocationLimitsBody, RevocationSyncBody } from "./service-wire.ts";

/** The routes by which services follow the revocation log that cannot reach the store. There only with `resourceServers`. */
export const revocationRoutes: readonly Route[] = [
  { method: "GET", path: "/revocations", access: "resource_server", answer: showLimits },
  // It notes who follows, and how far: a write, which no cache and no browser may repeat by itself.
  { method: "POST", path: "/revocations", access: "resource_server", answer: sync },
  { method: "DELETE", path: "/revocations/:id", access: "resource_server", answer: leave },
];

async function showLimits({ engine }: ResourceServerRouteCall): Promise<RouteAnswer> {
  const body: RevocationLimitsBody = engine.serviceSyncs.limits;
  return { status: 200, body };
}

async function sync({
  engine,
  resourceServer,
  request,
}: ResourceServerRouteCall): Promise<RouteAnswer> {
  const { serviceSyncs } = engine;
  const input = parseSync(await readJsonObject(request), serviceSyncs.limits);
  const answer = await serviceSyncs.sync(resourceServer.id, input);
  const { partitions } = serviceSyncs.limits;
  const body: RevocationSyncBody = { ...answer, partitions };
  return { status: 200, body };
}

async function leave({
  engine,
  resourceServer,
  params,
}: ResourceServerRouteCall): Promise<RouteAnswer> {
  const id = params["id"];
  if (!isProcessId(id)) throw new AuthError("not_found");
  await engine.serviceSyncs.leave(resourceServer.id, id);
  return { status: 204 };
}

/** @throws AuthError `invalid_input` that names every field which is missing or out of its bounds */
function parseSync(body: object, limits: ServiceLimits): ServiceSync {
  const { partition, processId, cursor, liveForMs, waitMs = 0 } = body as Record<string, unknown>;
  const input = { partition, processId, cursor, liveForMs, waitMs };
  const rules: readonly (readonly [field: string, isRight: boolean, detail: string])[] = [
    ["partition", isWithin(partition, 0, limits.partitions - 1), `0 to ${limits.partitions - 1}.`],
    ["processId", isProcessId(processId), "16 to 40 characters of base64url."],
    ["cursor", cursor === null || isCursor(cursor), "Null, or seq and entryId of an entry."],
    ["liveForMs", isWithin(liveForMs, 1, limits.liveForMs), `1 to ${limits.liveForMs}.`],
    ["waitMs", isWithin(waitMs, 0, limits.waitMs), `0 to ${limits.waitMs}.`],
  ];
  const fields: FieldError[] = rules
    .filter(([, isRight]) => !isRight)
    .map(([field, , detail]) => ({ field, detail }));
  if (fields.length > 0) throw new AuthError("invalid_input", { fields });
  return input as ServiceSync;
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isProcessId(value: unknown): value is string {
  return typeof value === "string" && /^[\w-]{16,40}$/.test(value);
}

function isCursor(value: unknown): value is Cursor {
  if (typeof value !== "object" || value === null) return false;
  const { seq, entryId } = value as Partial<Record<keyof Cursor, unknown>>;
  return (
    isWithin(seq, 0, Number.MAX_SAFE_INTEGER) &&
    typeof entryId === "string" &&
    /^[\x21-\x7e]{1,64}$/.test(entryId)
  );
}
