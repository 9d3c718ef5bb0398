import { expect, test } from "vitest";
import { deprecationHeaders } from "./deprecation";

test("the headers are those of RFC 9745 and RFC 8594", () => {
  // RFC 9745, section 2.1 has 2023-06-30T23:59:59Z as @1688169599.
  expect(deprecationHeaders({ since: "2023-07-01", until: "2024-06-30" }, "https://api.example.com")).toEqual({
    deprecation: "@1688169600",
    sunset: "Sun, 30 Jun 2024 00:00:00 GMT",
    link: '<https://api.example.com/v1/docs/conventions.md>; rel="deprecation"; type="text/markdown"',
  });
});
