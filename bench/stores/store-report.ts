import type { Address } from "../fixtures/places.ts";
import { deviceText } from "../fixtures/sample-sessions.ts";
import { brief, type Part, type Section, type Target } from "../harness/report.ts";
import type { Figures } from "../harness/rounds.ts";
import type { ActFigures } from "./acts.ts";
import type { BytesFigures } from "./bytes.ts";
import { width } from "./reads.ts";

/** What was measured of a store of one size. */
export interface StoreFigures {
  readonly kind: Address["kind"];
  readonly sessions: number;
  readonly reads: readonly Figures[];
  readonly perCheck: { readonly atFirst: number; readonly after: number };
  readonly acts: readonly ActFigures[];
  readonly bytes: BytesFigures;
}

type Bytes = readonly { readonly kind: Address["kind"]; readonly figures: BytesFigures }[];

/** Says what was measured, and holds it to the targets. */
export function reportOf(stores: readonly StoreFigures[], withoutDevice: Bytes): Part {
  const bytes = [
    ...stores.map(({ kind, bytes: figures }) => ({ kind, figures })),
    ...withoutDevice,
  ];
  return {
    sections: [readsSection(stores), actsSection(stores), bytesSection(bytes)],
    targets: [
      ...stores.flatMap(readTargets),
      ...stores.flatMap(flatnessTargets),
      ...bytes.flatMap(bytesTargets),
    ],
  };
}

function nameOf({ kind, sessions }: StoreFigures): string {
  return `${kind}, ${sessions.toLocaleString("en")}`;
}

function readsSection(stores: readonly StoreFigures[]): Section {
  return {
    title: "a session that this process has not seen: one read",
    about: `Of random sessions, in alternating rounds with the driver's bare read of the same row. One at a time in SQLite, ${width} in flight elsewhere, over ten connections where there is a pool.`,
    rows: stores.flatMap((store) =>
      store.reads.map(({ name, cpuMicroseconds, ratio, wallMicroseconds, wallRatio }) => ({
        "": nameOf(store),
        read: name,
        "CPU µs": cpuMicroseconds.median,
        "x bare": ratio?.median ?? null,
        "p10 … p90": ratio === null ? null : `${brief(ratio.p10)} … ${brief(ratio.p90)}`,
        "wall µs": wallMicroseconds.median,
        "x bare ": wallRatio?.median ?? null,
      })),
    ),
    notes: stores.map(
      (store) =>
        `${nameOf(store)}: reads of the store for each check: ${brief(store.perCheck.atFirst)} at first sight, ${brief(store.perCheck.after)} ever after`,
    ),
    data: stores.map(({ kind, sessions, reads, perCheck }) => ({
      kind,
      sessions,
      reads,
      perCheck,
    })),
  };
}

function actsSection(stores: readonly StoreFigures[]): Section {
  return {
    title: "what writes",
    about:
      "As durable as the database is set up to make it: a commit waits for the disk in SQLite, PostgreSQL and MariaDB; this Redis has no append-only file. Microseconds for one, and how long a caller waits.",
    rows: stores.flatMap((store) =>
      store.acts.map(({ act, count, inFlight, wallMicroseconds, cpuMicroseconds, latency }) => ({
        "": nameOf(store),
        act,
        n: count,
        "in flight": inFlight,
        "wall µs": wallMicroseconds,
        "CPU µs": cpuMicroseconds,
        "waits p50 ms": latency.p50,
        "p99 ms": latency.p99,
      })),
    ),
    data: stores.map(({ kind, sessions, acts }) => ({ kind, sessions, acts })),
  };
}

function bytesSection(bytes: Bytes): Section {
  return {
    title: "bytes for each session",
    about: `The difference that loading makes, divided by the sessions. Users have one session each and ids of 22 characters; claims are {"role":"member"}; the device text has ${deviceText.length} characters. MEMORY USAGE is Redis's own estimate of a session's key and its user's.`,
    rows: bytes.map(({ kind, figures }) => ({
      "": kind,
      sessions: figures.sessions,
      "device text": figures.device,
      bytes: figures.bytesPerSession,
      "MEMORY USAGE": figures.bytesOfKeys ?? null,
      by: figures.by,
    })),
    data: bytes.map(({ kind, figures }) => ({ kind, ...figures })),
  };
}

function readTargets(store: StoreFigures): Target[] {
  const bare = store.reads.find(({ name }) => name === "bare read");
  const find = store.reads.find(({ name }) => name === "sessions.find");
  if (bare === undefined || find === undefined) return [];
  if (store.kind === "sqlite") {
    const more = find.cpuMicroseconds.median - bare.cpuMicroseconds.median;
    return [
      {
        target: `${nameOf(store)}: a cold read within 2 µs of the bare read`,
        measured: `${brief(more)} µs more`,
        met: more <= 2,
      },
    ];
  }
  const [cpu, wall] = [find.ratio?.median ?? Number.NaN, find.wallRatio?.median ?? Number.NaN];
  return [
    {
      target: `${nameOf(store)}: a cold read within 1.2x of the bare read`,
      measured: `${brief(cpu)}x of its CPU, ${brief(wall)}x of its time`,
      met: cpu <= 1.2 && wall <= 1.2,
    },
  ];
}

function flatnessTargets(store: StoreFigures): Target[] {
  const { atFirst, after } = store.perCheck;
  return [
    {
      target: `${nameOf(store)}: one read at first sight, none after`,
      measured: `${brief(atFirst)}, ${brief(after)}`,
      met: atFirst === 1 && after === 0,
    },
  ];
}

function bytesTargets({ kind, figures }: Bytes[number]): Target[] {
  const { device, sessions, bytesPerSession } = figures;
  const most =
    kind === "sqlite" && device === "with device text"
      ? 600
      : kind === "redis" && device === "without device text"
        ? 500
        : null;
  // Of a few sessions the empty pages and tables weigh more than they do.
  if (most === null || sessions < 10_000) return [];
  return [
    {
      target: `${kind}: at most ${most} bytes a session, ${device}`,
      measured: `${brief(bytesPerSession)} at ${sessions.toLocaleString("en")}`,
      met: bytesPerSession <= most,
    },
  ];
}
