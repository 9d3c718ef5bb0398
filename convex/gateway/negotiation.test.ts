import { describe, expect, it } from "vitest";
import { assertAcceptsJson, prefersHtml, prefersJson, refusesGzip } from "./negotiation";

describe("assertAcceptsJson", () => {
  const accepts = (accept?: string) => {
    try {
      assertAcceptsJson(new Headers(accept === undefined ? {} : { accept }));
      return true;
    } catch {
      return false;
    }
  };
  it.each([
    undefined,
    "",
    "*/*",
    "application/*",
    "application/json",
    "APPLICATION/JSON;q=0.9",
    "text/html, application/problem+json",
    "text/html;q=1, */*;q=0.1",
    'text/html;level="1,2";q=0.5, application/json',
    "application/json;q=0, */*",
  ])("%s is met", (accept) => expect(accepts(accept)).toBe(true));
  it.each([
    "text/html",
    "application/xml",
    "application/jsonp",
    "application/json-seq",
    "text/*",
    "application/json;q=0",
    "*/*;q=0.0",
    'text/html;title="application/json"',
  ])("%s is not", (accept) => expect(accepts(accept)).toBe(false));
});

describe("prefersJson", () => {
  it.each([
    ["application/json", true],
    ["application/problem+json", true],
    ["application/json, text/html", true],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false],
    ["text/html, application/json;q=0.5", false],
    ["application/json;q=0.5, text/html", false],
    ["text/html;q=0.5, application/problem+json;q=0.6", true],
    ["text/html;q=0, application/json", true],
    ["application/json;q=0", false],
    ["application/json;q=much", false],
    ["*/*", false],
    ["", false],
  ])("Accept: %s prefers JSON: %s", (accept, expected) => {
    expect(prefersJson(accept)).toBe(expected);
  });
});

describe("prefersHtml", () => {
  it.each([
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true],
    ["text/html", true],
    ["application/xhtml+xml", true],
    ["text/html;q=0.5, application/json", false],
    ["*/*", false],
    ["*/*, text/html;q=0.9", false],
    ["text/html;q=0, */*", false],
    ["application/json", false],
    ["image/png", false],
    ["", false],
  ])("Accept: %s prefers HTML: %s", (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected);
  });
});

describe("refusesGzip", () => {
  it.each([
    [undefined, false],
    ["gzip", false],
    ["GZIP;Q=0.5", false],
    ["br, gzip;q=0.1", false],
    ["*", false],
    ["br, *;q=0.1", false],
    ["", true],
    ["identity", true],
    ["gzip;q=0", true],
    ["gzip;q=0.000, *", true],
    ["gzip;q=x", true],
    ["*;q=0", true],
    ["x-gzip", true],
  ])("Accept-Encoding: %s refuses it: %s", (header, expected) => {
    expect(refusesGzip(header)).toBe(expected);
  });
});
