import { memoryStore } from "symbolon/stores/memory";

/** A memory store of which no sync comes through while `isCutOff`. */
export function cutOffStore(): {
  isCutOff: boolean;
  readonly store: ReturnType<typeof memoryStore>;
} {
  const inner = memoryStore();
  const cutOff = {
    isCutOff: false,
    store: {
      ...inner,
      revocation: {
        ...inner.revocation,
        async sync(request: Parameters<typeof inner.revocation.sync>[0]) {
          if (cutOff.isCutOff) throw new Error("the store is down");
          return inner.revocation.sync(request);
        },
      },
    },
  };
  return cutOff;
}
