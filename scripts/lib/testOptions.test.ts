import { expect, test } from "vitest";
import { readTestOptions } from "./testOptions";

test.each([
  [[], { node: null, vitestArguments: [] }],
  [["host/values", "-t", "ids"], { node: null, vitestArguments: ["host/values", "-t", "ids"] }],
  [["--node", "24"], { node: "24", vitestArguments: ["host/", "sdk/", "convex/gateway/", "openapi/contract/"] }],
  [["host/values", "--node", "24", "-t", "ids"], { node: "24", vitestArguments: ["host/values", "-t", "ids"] }],
  [["--node=24", "sdk"], { node: "24", vitestArguments: ["sdk"] }],
])("reads %j", (args, options) => {
  expect(readTestOptions(args)).toEqual(options);
});

test.each([[["--node"]], [["--node", "newest"]], [["--node="]], [["--node", "host/values"]]])("refuses %j", (args) => {
  expect(() => readTestOptions(args)).toThrow("--node takes a major version of Node.js");
});
