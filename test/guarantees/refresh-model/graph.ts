import { historyOf, type Mark, type Space } from "./search.ts";

/** All states of a space by number, in the order of their distance from the start, and which leads to which. */
export interface Graph {
  readonly states: number;
  readonly complete: boolean;
  readonly edges: readonly (readonly Edge[])[];
  /** A shortest way to a state. */
  historyTo(state: number): string[];
}

export interface Edge {
  readonly name: string;
  readonly to: number;
  readonly mark: Mark | undefined;
}

/** Goes through all states of a space, for questions about what can go on for ever. */
export function graphOf<State>(space: Space<State>, maxStates: number): Graph {
  const numbers = new Map<string, number>([[space.key(space.start), 0]]);
  const queue: State[] = [space.start];
  const origins: number[] = [-1];
  const names: string[] = [""];
  const edges: Edge[][] = [];
  let complete = true;
  for (let at = 0; at < queue.length && complete; at += 1) {
    const leaving: Edge[] = [];
    for (const { name, to, mark } of space.moves(queue[at] as State)) {
      const key = space.key(to);
      let number = numbers.get(key);
      if (number === undefined) {
        number = queue.length;
        complete = number < maxStates;
        if (!complete) break;
        numbers.set(key, number);
        queue.push(to);
        origins.push(at);
        names.push(name);
      }
      leaving.push({ name, to: number, mark });
    }
    edges.push(leaving);
  }
  const states = numbers.size;
  return { states, complete, edges, historyTo: (state) => historyOf(state, origins, names) };
}

/**
 * For each state the number of its strongly connected component: the states that can be gone back to from each other for
 * ever. Components are numbered so that edges lead to the same or a lower number (Tarjan's order).
 */
export function componentsOf({ edges }: Graph): Int32Array {
  const component = new Int32Array(edges.length).fill(-1);
  const index = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const next = new Int32Array(edges.length);
  const open: number[] = [];
  let indices = 0;
  let components = 0;
  for (let root = 0; root < edges.length; root += 1) {
    if (index[root] !== -1) continue;
    const path = [root];
    while (path.length > 0) {
      const at = path.at(-1) as number;
      if (index[at] === -1) {
        index[at] = low[at] = indices++;
        open.push(at);
      }
      const edge = edges[at]?.[next[at] as number];
      if (edge !== undefined) {
        next[at] = (next[at] as number) + 1;
        if (index[edge.to] === -1) path.push(edge.to);
        else if (component[edge.to] === -1) lower(at, index[edge.to] as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent, low[at] as number);
      if (low[at] !== index[at]) continue;
      for (let member = -1; member !== at;) {
        member = open.pop() as number;
        component[member] = components;
      }
      components += 1;
    }
  }
  return component;

  function lower(state: number, to: number): void {
    low[state] = Math.min(low[state] as number, to);
  }
}

/** A play that never ends: how it begins, and what is repeated then. */
export interface EndlessPlay {
  readonly beginning: readonly string[];
  readonly repeated: readonly string[];
}

/** An endless play in which all of these happen again and again; null when there is none. */
export function endlessPlay(graph: Graph, marks: readonly Mark[]): EndlessPlay | null {
  const component = componentsOf(graph);
  const marked = new Map<number, Set<Mark>>();
  for (const [from, leaving] of graph.edges.entries()) {
    const inside = component[from] as number;
    for (const { to, mark } of leaving) {
      if (mark === undefined || component[to] !== inside) continue;
      const set = marked.get(inside) ?? new Set();
      marked.set(inside, set.add(mark));
      if (marks.every((each) => set.has(each))) return playIn(graph, component, inside, marks);
    }
  }
  return null;
}

function playIn(
  graph: Graph,
  component: Int32Array,
  inside: number,
  marks: readonly Mark[],
): EndlessPlay {
  const start = component.indexOf(inside);
  const repeated: string[] = [];
  let at = start;
  for (const mark of marks) {
    const walk = walkTo(graph, component, at, (edge) => edge.mark === mark);
    repeated.push(...walk.names);
    at = walk.end;
  }
  if (at !== start) {
    repeated.push(...walkTo(graph, component, at, (edge) => edge.to === start).names);
  }
  return { beginning: graph.historyTo(start), repeated };
}

/** A shortest walk within a component whose last edge is such a one. */
function walkTo(
  { edges }: Graph,
  component: Int32Array,
  start: number,
  isLast: (edge: Edge) => boolean,
): { readonly names: readonly string[]; readonly end: number } {
  const queue: { at: number; names: readonly string[] }[] = [{ at: start, names: [] }];
  const seen = new Set([start]);
  for (const { at, names } of queue) {
    for (const edge of edges[at] ?? []) {
      if (component[edge.to] !== component[start]) continue;
      const walked = [...names, edge.name];
      if (isLast(edge)) return { names: walked, end: edge.to };
      if (seen.has(edge.to)) continue;
      seen.add(edge.to);
      queue.push({ at: edge.to, names: walked });
    }
  }
  throw new Error("a component leads everywhere within itself");
}
