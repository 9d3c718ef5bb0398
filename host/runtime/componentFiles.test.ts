import { Buffer } from "node:buffer";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { checkIntegrity } from "../store/integrityCheck";
import { componentsFixtureDirectory, openFixture, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import type { ReloadableDeployment } from "./openDeployment";

const storedSchema = z.object({ id: z.string(), read: z.string(), url: z.string() });

describe("files of a component", () => {
  const scratch = scratchDirectory();
  const file = join(scratch.path, "store.sqlite");
  let deployment: ReloadableDeployment;

  beforeAll(async () => {
    deployment = await openFixture({
      file,
      functionsDirectory: componentsFixtureDirectory,
      environmentVariables: { ISSUER: "app only", LEDGER_CURRENCY: "EUR" },
    });
  });

  afterAll(async () => {
    await deployment.close();
    scratch.remove();
  });

  async function call(
    type: "query" | "mutation" | "action",
    component: string,
    name: string,
    args: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    return await valueOf(deployment, type, `${component};files:${name}`, args, { allowInternal: true });
  }

  async function store(component: string, text: string): Promise<z.infer<typeof storedSchema>> {
    return storedSchema.parse(await call("action", component, "storeInAction", { text }));
  }

  async function served(url: string): Promise<string | null> {
    const found = await deployment.files.find(url.slice(url.lastIndexOf("/") + 1));
    return found === null ? null : (await buffer(found.read({ start: 0, end: found.sizeBytes - 1 }))).toString();
  }

  it("are served by their URL and mean nothing to another component", async () => {
    const { id, read, url } = await store("ledger", "of the first");
    expect(read).toBe("of the first");
    expect(await served(url)).toBe("of the first");
    expect(await call("query", "ledger", "all")).toContain(id);
    expect(await call("query", "ledger", "describe", { id })).toEqual({ url, normalized: id });
    expect(await call("query", "secondLedger", "all")).toEqual([]);
    expect(await call("query", "secondLedger", "describe", { id })).toEqual({ url: null, normalized: null });
  });

  it("can be uploaded, once, into the component that gave the URL", async () => {
    const url = new URL(String(await call("mutation", "secondLedger", "uploadUrl")));
    const upload = async (): Promise<string> =>
      await deployment.files.upload({
        token: url.searchParams.get("token") ?? "",
        body: new Blob([Buffer.from("uploaded")]).stream(),
        contentType: null,
        sha256: null,
      });
    const id = await upload();
    expect(await call("query", "secondLedger", "all")).toEqual([id]);
    expect(await call("query", "ledger", "all")).not.toContain(id);
    await expect(upload()).rejects.toMatchObject({ status: 403 });
  });

  it("are in a backup and in its check", async () => {
    await store("ledger", "kept");
    const { storedFiles, problems, tables } = await checkIntegrity(join(await deployment.backUp(), "store.sqlite"));
    expect(problems).toEqual([]);
    expect(storedFiles).toBe(3);
    expect(tables.find(({ name }) => name === "ledger/_storage")).toMatchObject({ documents: 2 });
  });
});
