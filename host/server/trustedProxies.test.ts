import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TrustedProxies } from "./trustedProxies";

type Headers = Readonly<Record<string, string>>;

function originOf(proxies: TrustedProxies, peer: string, headers: Headers) {
  const request = new IncomingMessage(Object.defineProperty(new Socket(), "remoteAddress", { value: peer }));
  Object.assign(request.headers, headers);
  return proxies.originOf(request);
}

const named = new TrustedProxies({ addresses: ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"] });
const twoHops = new TrustedProxies({ hops: 2 });

describe("the client of a request is", () => {
  it.each<[string, TrustedProxies, string, Headers, string]>([
    [
      "the peer, when nobody is trusted",
      TrustedProxies.none,
      "127.0.0.1",
      { "x-forwarded-for": "1.2.3.4" },
      "127.0.0.1",
    ],
    ["the peer, when it is not trusted", named, "192.0.2.9", { "x-forwarded-for": "1.2.3.4" }, "192.0.2.9"],
    ["whom the proxy names", named, "127.0.0.1", { "x-forwarded-for": "192.0.2.9" }, "192.0.2.9"],
    ["as the peer of an IPv6 socket", named, "::ffff:127.0.0.1", { "x-forwarded-for": "192.0.2.9" }, "192.0.2.9"],
    ["behind every trusted one", named, "127.0.0.1", { "x-forwarded-for": "192.0.2.9, 10.1.1.1" }, "192.0.2.9"],
    ["not whom it claims to stand for", named, "127.0.0.1", { "x-forwarded-for": "6.6.6.6, 192.0.2.9" }, "192.0.2.9"],
    [
      "the outermost, when all are trusted",
      named,
      "127.0.0.1",
      { "x-forwarded-for": "10.0.0.2, 10.0.0.3" },
      "10.0.0.2",
    ],
    ["the proxy, when that names nobody", named, "127.0.0.1", { "x-forwarded-for": "unknown" }, "127.0.0.1"],
    ["told without its port", named, "127.0.0.1", { "x-forwarded-for": "192.0.2.9:4711" }, "192.0.2.9"],
    ["told by Forwarded", named, "127.0.0.1", { forwarded: 'by=x;for="[2001:db9::1]:80";proto=https' }, "2001:db9::1"],
    [
      "not in a quoted lie",
      named,
      "127.0.0.1",
      { forwarded: 'for="6.6.6.6, for=1.1.1.1", for=192.0.2.9' },
      "192.0.2.9",
    ],
    ["told by both alike", named, "127.0.0.1", { forwarded: "for=1.1.1.1", "x-forwarded-for": "1.1.1.1" }, "1.1.1.1"],
    [
      "the proxy, when both differ",
      named,
      "127.0.0.1",
      { forwarded: "for=6.6.6.6", "x-forwarded-for": "1.1.1.1" },
      "127.0.0.1",
    ],
    ["so many hops away", twoHops, "192.0.2.1", { "x-forwarded-for": "6.6.6.6, 192.0.2.9, 10.0.0.1" }, "192.0.2.9"],
    ["nearer, when there are fewer", twoHops, "192.0.2.1", { "x-forwarded-for": "192.0.2.9" }, "192.0.2.9"],
  ])("%s", (_case, proxies, peer, headers, ip) => {
    expect(originOf(proxies, peer, headers).ip).toBe(ip);
  });
});

it("takes the scheme from trusted proxies alone", () => {
  for (const headers of [{ "x-forwarded-proto": "https" }, { forwarded: "for=1.1.1.1;proto=https" }]) {
    expect(originOf(named, "127.0.0.1", headers).scheme).toBe("https");
    expect(originOf(named, "192.0.2.9", headers).scheme).toBe("http");
  }
});

it("believes no client, whatever it sends itself", () => {
  const lie = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom("", ",", "unknown", '"', 'for="', "for=;", "127.0.0.1", "10.0.0.1"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(lie), fc.array(lie), (lies, forwardedLies) => {
      const sent = { "x-forwarded-for": lies.join(", "), forwarded: forwardedLies.join(", ") };
      expect(originOf(named, "192.0.2.9", sent)).toEqual({ ip: "192.0.2.9", scheme: "http" });
      const appended = { "x-forwarded-for": [...lies, "192.0.2.9"].join(", ") };
      expect(originOf(named, "127.0.0.1", appended).ip).toBe("192.0.2.9");
      const alsoForwarded = { ...appended, forwarded: sent.forwarded };
      expect(["192.0.2.9", "127.0.0.1"]).toContain(originOf(named, "127.0.0.1", alsoForwarded).ip);
    }),
  );
});

it.each(["10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "example.com", "10.0.0.1/8/8", "fe80::1%eth0", "", "-1"])(
  "takes no proxy at %s",
  (address) => {
    expect(() => new TrustedProxies({ addresses: [address] })).toThrow("is no address");
  },
);

it("reads headers that never end a quote, looking at each character once", () => {
  // Reading it again from every quote would take longer than any test may.
  const hostile = `"${'\\\\"'.repeat(400_000)}`;
  expect(originOf(named, "127.0.0.1", { forwarded: hostile })).toEqual({ ip: "127.0.0.1", scheme: "http" });
  expect(originOf(named, "127.0.0.1", { forwarded: 'for="192.0.2.9";by="a,b;c\\"d"' })).toMatchObject({
    ip: "192.0.2.9",
  });
});
