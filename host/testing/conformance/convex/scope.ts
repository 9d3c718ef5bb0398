import { action, attempt, mutation, query } from "./functions";

// Module scope: the same values in every call and in every thread.
const loadedAt = Date.now();
const loadedRandom = Math.random();
const loadedUuid = crypto.randomUUID();
const [loadedByte] = crypto.getRandomValues(new Uint8Array(1));
const atImport = {
  fetch: attempt(() => fetch("http://127.0.0.1:1")),
  setTimeout: attempt(() => setTimeout(() => undefined, 1)),
  frozen: Date.now() === loadedAt && new Date().getTime() === loadedAt && performance.now() === performance.now(),
};

const moduleScope = async () => ({
  loadedAt,
  loadedRandom,
  loadedUuid,
  loadedByte,
  frozen: atImport.frozen,
  fetch: await atImport.fetch,
  setTimeout: await atImport.setTimeout,
});

export const inQuery = query({ args: {}, handler: moduleScope });
export const inMutation = mutation({ args: {}, handler: moduleScope });
export const inAction = action({ args: {}, handler: moduleScope });
