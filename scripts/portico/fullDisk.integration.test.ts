import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { mountSmallDisk } from "../../host/testing/crash/smallDisk.testing";
import { AnswerAudit } from "../../openapi/contract/answerAudit.testing";
import { raisedLimits } from "./raisedLimits.testing";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";

const scratch = mkdtempSync(path.join(tmpdir(), "portico-disk-"));
const disk = mountSmallDisk(path.join(scratch, "disk"), 32 << 20);
if (disk === null) console.log("The test of a full disk over REST is skipped: this process may not mount a tmpfs.");

afterAll(() => {
  disk?.remove();
  rmSync(scratch, { recursive: true });
});

it.skipIf(disk === null)(
  "over REST a full disk is a 503 that says when to come again, reads go on, and the log stays short",
  async () => {
    if (disk === null) throw new Error("The test is skipped without a disk.");
    const logLines: string[] = [];
    const portico = await startPortico(
      await freeSettings(path.join(disk.path, "data")),
      ({ line }) => {
        logLines.push(line);
      },
      { passed: { ...process.env, ...raisedLimits } },
    );
    const audit = new AnswerAudit(portico.siteUrl);
    try {
      const token = portico.demo?.organizations[0]?.users.owner.token ?? "";
      const send = (method: string, url: string, body?: object) =>
        fetch(portico.siteUrl + url, {
          method,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      const acknowledged = new Set<string>();
      const refusals: unknown[] = [];
      disk.fill();
      for (let number = 0; refusals.length < 50 && number < 20_000; number++) {
        const name = `written ${number}`;
        const answer = await send("POST", "/v1/items", { name, metadata: { filler: "x".repeat(4000) } });
        const { code }: { code?: string } = Object(await answer.json());
        if (answer.status === 201) {
          acknowledged.add(name);
          continue;
        }
        const reads: number[] = [];
        for (const url of ["/v1/me", "/v1/items", "/v1/organizations"]) reads.push((await send("GET", url)).status);
        refusals.push({ status: answer.status, code, retryAfter: answer.headers.get("retry-after"), reads });
      }
      const refusal = { status: 503, code: "unavailable", retryAfter: "5", reads: [200, 200, 200] };
      expect(refusals).toEqual(Array.from({ length: 50 }, () => refusal));
      const probe = async (url: string) => (await fetch(portico.siteUrl + url)).status;
      expect([await probe("/livez"), await probe("/readyz"), await probe("/v1/openapi.json")]).toEqual([200, 503, 200]);
      expect(logLines.length).toBeLessThan(20);
      disk.free();
      await expect.poll(() => probe("/readyz")).toBe(200);
      await expect.poll(async () => (await send("POST", "/v1/items", { name: "after" })).status).toBe(201);
      const stored = new Set<string>();
      for (let cursor: string | null = ""; cursor !== null;) {
        const page: { data: { name: string }[]; page: { nextCursor: string | null } } = Object(
          await (await send("GET", `/v1/items?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`)).json(),
        );
        for (const { name } of page.data) stored.add(name);
        cursor = page.page.nextCursor;
      }
      for (const name of acknowledged) expect(stored.has(name), name).toBe(true);
      expect([...stored].filter((name) => name.startsWith("written") && !acknowledged.has(name))).toEqual([]);
      await audit.close();
    } finally {
      await portico.close();
    }
  },
);
