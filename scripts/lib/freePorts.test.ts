import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { freePorts } from "./freePorts";

it("gives each port once, and none that the system gives to others", async () => {
  const pairs = await Promise.all(Array.from({ length: 20 }, freePorts));
  const ports = pairs.flat();
  expect(new Set(ports).size).toBe(40);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

it("passes over a port that is taken", async () => {
  const [, last] = await freePorts();
  const taken = createServer().listen(last + 1, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await Promise.race([once(taken, "listening"), once(taken, "error")]);
  expect(await freePorts()).not.toContain(last + 1);
});
