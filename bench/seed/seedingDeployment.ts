import { openDeployment } from "../../host/runtime/openDeployment";

/** A deployment without doors that fills a store file. */
export interface SeedingDeployment {
  /** Runs a mutation and answers with its value. */
  mutate(path: string, args: object): Promise<readonly string[]>;
  /** Runs an action and answers with its value. */
  act(path: string, args: object): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens `file`, new or not, for the seeding functions of a folder. */
export async function seedingDeployment(functionsDirectory: string, file: string): Promise<SeedingDeployment> {
  const deployment = await openDeployment({
    functionsDirectory,
    file,
    cloudUrl: "http://127.0.0.1",
    siteUrl: "http://127.0.0.1",
  });
  const run = async (type: "mutation" | "action", path: string, args: object): Promise<readonly string[]> => {
    const outcome = await deployment.call({
      type,
      path,
      argsText: JSON.stringify(args, asConvexJson),
      caller: { kind: "admin" },
      metadata: { requestId: "seed", ip: null, userAgent: null },
      allowInternal: true,
    });
    if (outcome.status === "error") throw new Error(`The store could not be seeded: ${outcome.errorMessage}`);
    return JSON.parse(outcome.valueText);
  };
  return {
    mutate: (path, args) => run("mutation", path, args),
    act: (path, args) => run("action", path, args),
    close: () => deployment.close(),
  };
}

/** Bytes as Convex writes them in JSON, which has none. */
function asConvexJson(_key: string, value: unknown): unknown {
  return value instanceof ArrayBuffer ? { $bytes: Buffer.from(value).toString("base64") } : value;
}
