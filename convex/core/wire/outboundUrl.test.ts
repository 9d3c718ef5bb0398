import { afterEach, describe, expect, it, vi } from "vitest";
import { outboundUrlFault } from "./outboundUrl";

afterEach(() => void vi.unstubAllEnvs());

/** Hosts that stand for this machine, its network, or nobody, in every spelling that a parser takes. */
const refusedHosts = [
  // This machine
  "localhost",
  "localhost.",
  "LOCALHOST",
  "a.localhost",
  "a.localhost.",
  "localhost.localdomain",
  "127.0.0.1",
  "127.0.0.1.",
  "127.1",
  "127.0.1",
  "127.255.255.254",
  "2130706433",
  "017700000001",
  "0177.0.0.1",
  "0x7f000001",
  "0x7f.0.0.1",
  "0x7f.1",
  "0",
  "0.0.0.0",
  "0.1.2.3",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::]",
  // Private networks
  "10.0.0.1",
  "10.255.255.255",
  "167772161",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "0xc0a80001",
  "0300.0250.0.1",
  "100.64.0.1",
  "100.127.255.255",
  "[fc00::1]",
  "[fd12:3456:789a::1]",
  "[fec0::1]",
  // The link, and the metadata services of clouds on it
  "169.254.169.254",
  "169.254.0.1",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "[fe80::1]",
  "[fd00:ec2::254]",
  // IPv4 inside IPv6
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::ffff:169.254.169.254]",
  "[::ffff:8.8.8.8]",
  "[::ffff:0:127.0.0.1]",
  "[::127.0.0.1]",
  "[::7f00:1]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b::a9fe:a9fe]",
  "[64:ff9b:1::a00:1]",
  "[2002:7f00:1::]",
  "[2002:a9fe:a9fe::1]",
  "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
  // Multicast, broadcast, reserved, benchmarks, documentation
  "224.0.0.1",
  "239.255.255.255",
  "255.255.255.255",
  "240.0.0.1",
  "192.0.0.1",
  "192.0.0.170",
  "192.0.2.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "192.88.99.1",
  "[ff02::1]",
  "[100::1]",
  "[2001:db8::1]",
  "[3fff::1]",
  "[2001:2::1]",
  "[5f00::1]",
  "[4000::1]",
  // Names of no public resolver
  "intranet",
  "metadata",
  "metadata.google.internal",
  "printer.local",
  "router.lan",
  "nas.home.arpa",
  "1.0.0.127.in-addr.arpa",
  "hidden.onion",
];

describe("outboundUrlFault", () => {
  it.each(refusedHosts)("lets nothing go to %s", (host) => {
    expect(outboundUrlFault(`https://${host}/hook`)).toMatch(/^The (host|address) must be/);
    expect(outboundUrlFault(`https://${host}:8443/hook`)).toMatch(/^The (host|address) must be/);
  });

  it("knows more than sixty forms of them", () => {
    expect(new Set(refusedHosts).size).toBeGreaterThan(60);
  });

  it.each([
    "https://hooks.example.com/portico",
    "https://hooks.example.com./portico?a=b",
    "https://hooks.example.com:443/",
    "https://hooks.example.com:1024/",
    "https://hooks.example.com:65535/",
    "https://8.8.8.8/",
    "https://134744072/",
    "https://[2606:4700:4700::1111]/",
    "https://xn--bcher-kva.example/",
    "https://localhost.example.com/",
    "https://internal.example.com/",
    "https://a_b.example.com/",
  ])("lets requests go to %s", (url) => {
    expect(outboundUrlFault(url)).toBeUndefined();
  });

  it.each([
    ["http://hooks.example.com/", "https"],
    ["ftp://hooks.example.com/", "https"],
    ["file:///etc/passwd", "https"],
    ["data:text/plain,x", "https"],
    ["gopher://hooks.example.com/", "https"],
    ["https://user@hooks.example.com/", "name and password"],
    ["https://user:word@hooks.example.com/", "name and password"],
    ["https://:word@hooks.example.com/", "name and password"],
    ["https://hooks.example.com:80/", "port"],
    ["https://hooks.example.com:22/", "port"],
    ["https://hooks.example.com:0/", "port"],
    ["https://hooks.example.com:1023/", "port"],
    ["https://hooks.example.com:65536/", "no URL"],
    ["https://hooks.example.com/a b", "no URL"],
    ["https://hooks.example.com/\r\nx: y", "no URL"],
    ["https://hooks.example\n.com/", "no URL"],
    ["\thttps://hooks.example.com/", "no URL"],
    ["https:\\\\hooks.example.com\\", "no URL"],
    ["https://hooks.example.com\\@127.0.0.1/", "no URL"],
    ["https://bücher.example/", "no URL"],
    ["https://①②⑦.0.0.1/", "no URL"],
    ["https://127。0。0。1/", "no URL"],
    ["https://1.2.3.4.5/", "no URL"],
    ["https://256.1.1.1/", "no URL"],
    ["https://0x7g.0.0.1/", "no URL"],
    ["https://[fe80::1%25eth0]/", "no URL"],
    ["https://[::1/", "no URL"],
    ["https://", "no URL"],
    ["hooks.example.com", "no URL"],
    ["", "no URL"],
    [`https://hooks.example.com/${"a".repeat(2048)}`, "2048"],
  ])("refuses %j and says what about it", (url, words) => {
    expect(outboundUrlFault(url)).toContain(words);
  });

  it("reads what stands before an @ as a name, and what comes after it as the host", () => {
    expect(outboundUrlFault("https://hooks.example.com@127.0.0.1/")).toContain("name and password");
    expect(outboundUrlFault("https://127.0.0.1#@hooks.example.com/")).toContain("address");
  });

  it("lets requests go to the origins of this machine that the operator has named, and to no others", () => {
    const named = "http://127.0.0.1:9999";
    expect(outboundUrlFault(`${named}/hook`)).toContain("https");
    vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", `${named}, http://localhost:9998,http://10.0.0.1:80`);
    expect(outboundUrlFault(`${named}/hook`)).toBeUndefined();
    expect(outboundUrlFault("http://localhost:9998/hook")).toBeUndefined();
    expect(outboundUrlFault("http://127.0.0.1:9998/hook")).toContain("https");
    expect(outboundUrlFault("http://127.0.0.2:9999/hook")).toContain("https");
    expect(outboundUrlFault("https://127.0.0.1:9999/hook")).toContain("address");
    expect(outboundUrlFault("http://a:b@127.0.0.1:9999/hook")).toContain("https");
    expect(outboundUrlFault("http://10.0.0.1:80/")).toContain("https");
  });
});
