import { request as httpRequest } from "node:http";
import type { Readable } from "node:stream";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { Caller } from "../deployment";
import { FunctionRequest, functionFetch } from "../lightObject";
import { LightResponse } from "../lightResponse";
import { exchangeRaw, startTestServer } from "./testServer.testing";
import { TrustedProxies } from "./trustedProxies";

const bodyLimitBytes = 20 * 1024 * 1024;

describe("the request an HTTP action sees", () => {
  it("is a Request with method, URL, headers and a JSON body", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = async (request) =>
      Response.json({
        isRequest: request instanceof Request,
        isHeaders: request.headers instanceof Headers,
        method: request.method,
        url: request.url,
        header: request.headers.get("X-Twice"),
        usedBefore: request.bodyUsed,
        body: await request.json(),
        usedAfter: request.bodyUsed,
      });
    const response = await fetch(`${server.siteUrl}/v1/a%2Fb?x=1&y=%20`, {
      method: "POST",
      headers: [
        ["x-twice", "one"],
        ["x-twice", "two"],
      ],
      body: '\uFEFF{"é":"😀"}',
    });
    expect(await response.json()).toEqual({
      isRequest: true,
      isHeaders: true,
      method: "POST",
      url: `${server.siteUrl}/v1/a%2Fb?x=1&y=%20`,
      header: "one, two",
      usedBefore: false,
      body: { é: "😀" },
      usedAfter: true,
    });
  });

  it.each<[string, (request: Request) => Promise<unknown>]>([
    ["text", (request) => request.text()],
    ["arrayBuffer", async (request) => Buffer.from(await request.arrayBuffer()).toString()],
    ["blob", async (request) => (await request.blob()).text()],
    ["body", (request) => new Response(request.body).text()],
    ["clone, then both", async (request) => (await Promise.all([request.clone().text(), request.text()]))[1]],
    ["new Request", (request) => new FunctionRequest(request, { headers: { a: "b" } }).text()],
    ["new Request of another URL", (request) => new FunctionRequest("http://other/", request).text()],
    ["Hono", async (request) => (await echo.fetch(request)).text()],
  ])("gives its body by %s", async (_, read) => {
    const server = await startTestServer();
    server.deployment.httpAction = async (request) => Response.json(await read(request));
    const body = "é".repeat(100_000);
    const response = await fetch(`${server.siteUrl}/echo`, { method: "PUT", body });
    expect(await response.json()).toBe(body);
  });

  it("has every member that a Request has, with the same value", async () => {
    const server = await startTestServer();
    const names = Object.entries(Object.getOwnPropertyDescriptors(Request.prototype)).flatMap(([name, { get }]) =>
      get && !["headers", "signal", "body"].includes(name) ? [name] : [],
    );
    const valuesOf = (request: Request) => Object.fromEntries(names.map((name) => [name, Reflect.get(request, name)]));
    server.deployment.httpAction = async (request) => {
      expect(valuesOf(request)).toEqual(valuesOf(new Request(request.url, { method: "DELETE" })));
      expect(Object.prototype.toString.call(request)).toBe("[object Request]");
      return new Response();
    };
    expect((await fetch(`${server.siteUrl}/x?y`, { method: "DELETE" })).status).toBe(200);
  });

  it("can be fetched", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = async (request) => {
      server.deployment.httpAction = async (again) =>
        Response.json([again.method, again.headers.get("a"), await again.text()]);
      return functionFetch(new FunctionRequest(request, { headers: { a: "b" } }));
    };
    const twice = await fetch(server.siteUrl, { method: "POST", body: "x" });
    expect(await twice.json()).toEqual(["POST", "b", "x"]);
    server.deployment.httpAction = async (request) => {
      server.deployment.httpAction = async (again) => new Response(again.headers.get("a"));
      return functionFetch(request);
    };
    expect(await (await fetch(server.siteUrl, { headers: { a: "c" } })).text()).toBe("c");
  });

  const echo = new Hono();
  echo.put("/echo", async (context) => context.text(await context.req.text()));

  it("gives forms, and refuses to give a body twice", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = async (request) => {
      const form = await request.formData();
      const second = await request.text().catch((error: unknown) => error instanceof TypeError);
      const copied = (() => {
        try {
          return new FunctionRequest(request).url;
        } catch (error) {
          return error instanceof TypeError;
        }
      })();
      return Response.json([form.get("a"), second, copied]);
    };
    const response = await fetch(server.siteUrl, { method: "POST", body: new URLSearchParams({ a: "1" }) });
    expect(await response.json()).toEqual(["1", true, true]);
    server.deployment.httpAction = async (request) => {
      await request.text();
      const second = await request.json().catch((error: unknown) => error instanceof TypeError);
      expect(() => request.clone()).toThrow(TypeError);
      return Response.json([second, request.bodyUsed]);
    };
    const reread = await fetch(server.siteUrl, { method: "POST", body: "x" });
    expect(await reread.json()).toEqual([true, true]);
  });

  it("has no body for GET, HEAD and OPTIONS, whatever the client sent", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = async (request) => {
      seen.push([request.method, request.body, await request.text()]);
      return new Response("x");
    };
    const seen: unknown[] = [];
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      await exchangeRaw(
        server.siteUrl,
        `${method} / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi`,
      );
    }
    expect(seen).toEqual([
      ["GET", null, ""],
      ["HEAD", null, ""],
      ["OPTIONS", null, ""],
    ]);
  });

  it("has the URL of the Host header, the scheme of a trusted proxy and a normalized path", async () => {
    const server = await startTestServer({ proxies: new TrustedProxies({ addresses: ["127.0.0.1"] }) });
    server.deployment.httpAction = (request) => new Response(request.url);
    const urlFor = async (head: string): Promise<string> => {
      const answer = await exchangeRaw(server.siteUrl, `GET ${head}\r\nconnection: close\r\n\r\n`);
      return answer.slice(answer.indexOf("\r\n\r\n") + 4).replaceAll(/^[0-9a-f]+\r\n|\r\n0?\r?\n?/g, "");
    };
    expect(await urlFor("/a/../b?q=/../c HTTP/1.1\r\nhost: API.example:80")).toBe("http://api.example/b?q=/../c");
    expect(await urlFor("/a HTTP/1.1\r\nhost: api.example\r\nx-forwarded-proto: https")).toBe("https://api.example/a");
    expect(await urlFor("/a HTTP/1.1\r\nhost: e.x\r\nforwarded: for=1;proto=https, proto=http")).toBe("https://e.x/a");
    expect(await urlFor("/a HTTP/1.1\r\nhost: e.x\r\nx-forwarded-proto: javascript")).toBe("http://e.x/a");
    expect(await urlFor("/%2e%2e/x/.hidden HTTP/1.1\r\nhost: e.x")).toBe("http://e.x/x/.hidden");
    expect(await urlFor("//evil.example/a HTTP/1.1\r\nhost: e.x")).toBe("http://e.x//evil.example/a");
    expect(await urlFor("/a HTTP/1.1\r\nhost: user@evil.example")).toContain('"code":"InvalidUrl"');
    expect(await urlFor("/a HTTP/1.1\r\nhost: a/b")).toContain('"code":"InvalidUrl"');
  });

  it("has the host of an absolute-form target, and that of the site where HTTP/1.0 names none", async () => {
    const server = await startTestServer({
      publicUrls: { cloudUrl: "https://live.example", siteUrl: "https://api.example:8443" },
    });
    server.deployment.httpAction = (request) => new Response(`${request.headers.get("host")} ${request.url}`);
    const answerTo = async (url: string, head: string): Promise<string> => {
      const answer = await exchangeRaw(url, `GET ${head}\r\nconnection: close\r\n\r\n`);
      expect(head.endsWith("HTTP/1.0") && /^transfer-encoding/im.test(answer)).toBe(false);
      return answer.slice(answer.indexOf("\r\n\r\n") + 4).replaceAll(/^[0-9a-f]+\r\n|\r\n0?\r?\n?/g, "");
    };
    const onSite = (head: string) => answerTo(server.siteUrl, head);
    expect(await onSite("http://other.example/a/../b?q HTTP/1.1\r\nhost: e.x")).toBe(
      "other.example http://other.example/b?q",
    );
    expect(await onSite("HTTP://other.example HTTP/1.1\r\nhost: e.x")).toBe("other.example http://other.example/");
    expect(await onSite("http://other.example?q=1 HTTP/1.0")).toBe("other.example http://other.example/?q=1");
    expect(await onSite("/a HTTP/1.0")).toBe("api.example:8443 http://api.example:8443/a");
    expect(await onSite("/a HTTP/1.0\r\nhost: e.x")).toBe("e.x http://e.x/a");
    expect(await answerTo(server.cloudUrl, "http://other.example/http/a HTTP/1.1\r\nhost: e.x")).toBe(
      "other.example http://other.example/a",
    );
    expect(await answerTo(server.cloudUrl, "http://other.example/instance_name HTTP/1.0")).toBe("portico");
    for (const target of ["ftp://e.x/a", "http:///a", "http://user@e.x/a", "http://e.x:port/a", "a", "*"])
      expect(await onSite(`${target} HTTP/1.1\r\nhost: e.x`), target).toContain('"code":');
    expect(await exchangeRaw(server.siteUrl, "GET /a HTTP/1.1\r\n\r\n")).toContain("400 Bad Request");
  });

  it("is asked below the base path whether or not the proxy has taken that off", async () => {
    const server = await startTestServer({
      publicUrls: { cloudUrl: "https://e.x/live", siteUrl: "https://e.x/base" },
    });
    server.deployment.httpAction = (request) => new Response(new URL(request.url).pathname);
    const paths = ["/base", "/base?q", "/base/v1/me", "/v1/me", "/baseline", "/v1/base/x"];
    const seen: string[] = [];
    for (const path of paths) seen.push(await (await fetch(server.siteUrl + path)).text());
    expect(seen).toEqual(["/", "/", "/v1/me", "/v1/me", "/baseline", "/v1/base/x"]);
    expect(await (await fetch(`${server.cloudUrl}/live/instance_name`)).text()).toBe("portico");
    expect(await (await fetch(`${server.cloudUrl}/instance_name`)).text()).toBe("portico");
    const upgrade = "HTTP/1.1\r\nhost: e.x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    expect(await exchangeRaw(server.cloudUrl, `GET /live/api/one/sync ${upgrade}`)).toContain(
      "does not name a version",
    );
    expect(await exchangeRaw(server.cloudUrl, `GET ftp://e.x/ ${upgrade}`)).toContain('"code":"InvalidUrl"');
  });

  it("also comes by way of the cloud port below /http/", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = (request) => new Response(new URL(request.url).pathname);
    expect(await (await fetch(`${server.cloudUrl}/http/v1/sites`)).text()).toBe("/v1/sites");
  });

  it("aborts its signal when the client goes away", async () => {
    const server = await startTestServer();
    const controller = new AbortController();
    const aborted = new Promise<boolean>((resolve) => {
      server.deployment.httpAction = async (request) => {
        await new Promise((stop) => {
          request.signal.addEventListener("abort", stop);
          controller.abort();
        });
        resolve(request.signal.aborted);
        return new Response("too late");
      };
    });
    await expect(fetch(server.siteUrl, { signal: controller.signal })).rejects.toThrow("abort");
    expect(await aborted).toBe(true);
    expect(server.reported).toEqual([]);
  });

  it("streams the body in while the response streams out", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = (request) => new Response(request.body);
    const client = httpRequest(server.siteUrl, { method: "POST" });
    client.write("first");
    const answer = await new Promise<Readable>((resolve) => client.on("response", resolve));
    const chunks = answer[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe("first");
    client.end("second");
    expect(String((await chunks.next()).value)).toBe("second");
    expect((await chunks.next()).done).toBe(true);
  });
});

describe("the caller of an HTTP action", () => {
  it.each<[string, string | undefined, Caller]>([
    ["no header", undefined, { kind: "anonymous" }],
    ["Basic", "Basic eDp5", { kind: "refused", code: "InvalidAuthHeader", message: expect.any(String) }],
    ["an API key", "Bearer pk_live_abc", { kind: "refused", code: "InvalidAuthHeader", message: expect.any(String) }],
    ["a wrong admin key", "Convex wrong", { kind: "refused", code: "BadAdminKey", message: expect.any(String) }],
    ["the admin key", "convex key", { kind: "admin" }],
    ["an empty header", "", { kind: "refused", code: "InvalidAuthHeader", message: expect.any(String) }],
  ])("with %s is never refused by the host", async (_, authorization, expected) => {
    const server = await startTestServer({ adminKey: "key" });
    const callers: Caller[] = [];
    server.deployment.httpAction = (request, caller) => {
      callers.push(caller);
      return new Response(request.headers.get("authorization"));
    };
    const response = await fetch(server.siteUrl, authorization === undefined ? {} : { headers: { authorization } });
    expect([response.status, callers]).toEqual([200, [expected]]);
    expect(await response.text()).toBe(authorization ?? "");
  });
});

describe("the response of an HTTP action", () => {
  it("keeps status, headers and several cookies, and has the length of its body", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = () => {
      const headers = new Headers({ "content-type": "text/css", "content-length": "1", connection: "upgrade" });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new LightResponse("é", { status: 201, headers });
    };
    const response = await fetch(server.siteUrl);
    expect([response.status, await response.text(), response.headers.getSetCookie()]).toEqual([
      201,
      "é",
      ["a=1", "b=2"],
    ]);
    expect([response.headers.get("content-length"), response.headers.get("connection")]).toEqual(["2", "keep-alive"]);
  });

  it.each<[string, () => Response, number, string]>([
    ["nothing", () => new Response(null, { status: 204 }), 204, ""],
    ["bytes", () => new Response(new Uint8Array([104, 105])), 200, "hi"],
    ["a buffer's slice", () => new Response(Buffer.from("xhix").subarray(1, 3)), 200, "hi"],
    ["a blob", () => new Response(new Blob(["hi"])), 200, "hi"],
    ["a form", () => new Response(new URLSearchParams({ a: "1" })), 200, "a=1"],
    ["an empty text", () => new Response(""), 200, ""],
    ["a stream", () => new Response(new Blob(["hi"]).stream()), 200, "hi"],
    ["light text", () => new LightResponse("hi", { status: 201 }), 201, "hi"],
    ["light bytes", () => new LightResponse(Buffer.from("xhix").subarray(1, 3)), 200, "hi"],
    ["light nothing", () => new LightResponse(null, { status: 304 }), 304, ""],
    ["light JSON", () => LightResponse.json({ a: 1 }), 200, '{"a":1}'],
    ["a light clone", () => new LightResponse("hi").clone(), 200, "hi"],
    ["the body of a light one", () => new Response(new LightResponse("hi").body), 200, "hi"],
    ["a clone", () => new Response("hi").clone(), 200, "hi"],
    ["a copy", () => new Response(new Response("hi").body, { status: 418 }), 418, "hi"],
  ])("may hold %s", async (_, make, status, text) => {
    const server = await startTestServer();
    server.deployment.httpAction = make;
    const response = await fetch(server.siteUrl);
    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  it("is sent without its body to HEAD", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = () => new LightResponse("hello");
    const head = await exchangeRaw(server.siteUrl, "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: 5\r\n[\s\S]*\r\n\r\n$/);
    let cancelled = false;
    server.deployment.httpAction = () =>
      new Response(
        new ReadableStream({
          pull: (stream) => stream.enqueue(new Uint8Array(9)),
          cancel: () => void (cancelled = true),
        }),
      );
    const streamed = await exchangeRaw(server.siteUrl, "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect([streamed.endsWith("\r\n\r\n"), cancelled]).toEqual([true, true]);
  });

  it("is cut off at 20 MiB and reported", async () => {
    const server = await startTestServer();
    let sent = 0;
    server.deployment.httpAction = () =>
      new Response(
        new ReadableStream({
          pull: (stream) => {
            sent += 1;
            stream.enqueue(new Uint8Array(1024 * 1024));
          },
        }),
      );
    const response = await fetch(server.siteUrl);
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, bodyLimitBytes]);
    expect(sent).toBeLessThan(25);
    expect(server.reported).toMatchObject([{ name: "HttpResponseTooLarge" }]);
  });

  it("stops its stream when the client goes away, and breaks off when the stream fails", async () => {
    const server = await startTestServer();
    const controller = new AbortController();
    const cancelled = new Promise<void>((resolve) => {
      server.deployment.httpAction = () =>
        new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1)), cancel: () => resolve() }),
        );
    });
    const response = await fetch(server.siteUrl, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await cancelled;
    server.deployment.httpAction = () =>
      new Response(new ReadableStream({ pull: (stream) => stream.error(new Error("broken")) }));
    const broken = await fetch(server.siteUrl);
    await expect(broken.text()).rejects.toThrow("terminated");
    expect(server.reported).toEqual([new Error("broken")]);
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ["throws", () => Promise.reject(new Error("secret"))],
    ["is an error response", () => Response.error()],
    [
      "was light and already read",
      async () => {
        const response = new LightResponse("x");
        await response.text();
        return response;
      },
    ],
    [
      "was already read",
      async () => {
        const response = new Response("x");
        await response.text();
        return response;
      },
    ],
  ])("that %s is a 500 without detail", async (_, httpAction) => {
    const server = await startTestServer();
    server.deployment.httpAction = httpAction;
    const response = await fetch(server.siteUrl);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      code: "InternalServerError",
      message: expect.not.stringContaining("secret"),
    });
    expect(server.reported).toHaveLength(1);
  });
});

describe("limits of the site port", () => {
  it("takes exactly 20 MiB and refuses one byte more, declared or not", async () => {
    const server = await startTestServer();
    let runs = 0;
    server.deployment.httpAction = async (request) => {
      runs += 1;
      return new Response(String((await request.arrayBuffer()).byteLength));
    };
    const whole = await fetch(server.siteUrl, { method: "POST", body: Buffer.alloc(bodyLimitBytes) });
    expect(await whole.text()).toBe(String(bodyLimitBytes));
    const declared = await fetch(server.siteUrl, { method: "POST", body: Buffer.alloc(bodyLimitBytes + 1) });
    expect([declared.status, await declared.json(), runs]).toEqual([
      413,
      { code: "RequestBodyTooLarge", message: expect.any(String) },
      2,
    ]);
    const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;
    const head = "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    expect(await exchangeRaw(server.siteUrl, head + chunk.repeat(21), "}")).toMatch(/^HTTP\/1\.1 413 /);
    server.deployment.httpAction = async (request) => {
      const outcome = await new Response(request.body).text().catch(() => "refused");
      return new Response(outcome);
    };
    expect(await exchangeRaw(server.siteUrl, head + chunk.repeat(21), "}")).toMatch(/^HTTP\/1\.1 413 /);
    const streamed = await fetch(server.siteUrl, { method: "POST", body: Buffer.alloc(bodyLimitBytes + 1) });
    expect(streamed.status).toBe(413);
  });

  it("lets the action itself refuse a body that declares to be over the limit", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = (request) =>
      new Response(`declared ${request.headers.get("content-length")}`, { status: 413 });
    const answer = await fetch(server.siteUrl, { method: "POST", body: Buffer.alloc(bodyLimitBytes + 1) });
    expect([answer.status, await answer.text()]).toEqual([413, `declared ${bodyLimitBytes + 1}`]);
    const head = `POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${bodyLimitBytes + 1}\r\n\r\n`;
    const expecting = await exchangeRaw(server.siteUrl, head, "declared");
    expect(expecting).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("keeps a connection usable after an answer that left the body unread", async () => {
    const server = await startTestServer();
    server.deployment.httpAction = (request) => new Response(request.url);
    const answer = await exchangeRaw(
      server.siteUrl,
      `POST /one HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n${"x".repeat(300_000)}GET /two HTTP/1.1\r\nhost: x\r\n\r\n`,
      "http://x/two",
    );
    expect(answer).toContain("http://x/one");
  });

  it("refuses methods Convex does not route", async () => {
    const server = await startTestServer();
    let actions = 0;
    server.deployment.httpAction = () => new Response(String((actions += 1)));
    for (const method of ["TRACE", "PROPFIND"]) {
      const answer = await exchangeRaw(server.siteUrl, `${method} / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      const [head = "", body] = answer.split("\r\n\r\n");
      expect(head).toMatch(/^HTTP\/1\.1 405 /);
      expect(head).toContain("allow: GET,HEAD,POST,DELETE,PATCH,PUT,OPTIONS\r\n");
      // As Convex answers: nothing of the deployment, nor the JSON in which function calls are refused.
      expect(body).toBe("");
    }
    // Some releases of Node do not know it at all.
    const query = await exchangeRaw(server.siteUrl, "QUERY / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect(query).toMatch(/^HTTP\/1\.1 (?:405|400) /);
    expect(actions).toBe(0);
  });
});
