import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { createTestIssuer } from "../../host/auth/testIssuer.testing";
import { freePorts } from "../../scripts/lib/freePorts";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";

it("an identity provider that is down at the start costs its own users a 503, and nobody else anything", async () => {
  const [downPort, brokenPort] = await freePorts();
  const broken = createServer((_request, response) => void response.writeHead(500).end());
  await new Promise<void>((resolve) => void broken.listen(brokenPort, "127.0.0.1", resolve));
  onTestFinished(() => void broken.close());
  const oidc = await createTestIssuer(`http://127.0.0.1:${downPort}`, "RS256");
  const custom = await createTestIssuer("https://custom.example", "ES256");
  const unknown = await createTestIssuer("https://unknown.example", "ES256");
  const portico = await startTestPortico({
    AUTH_PROVIDERS: JSON.stringify([
      { domain: oidc.issuer, applicationID: "app" },
      custom.customJwt("app", `http://127.0.0.1:${brokenPort}/jwks`),
    ]),
  });
  onTestFinished(() => portico.close());
  const ask = async (token: string) => {
    const answer = await fetch(`${portico.siteUrl}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    const { code, detail }: { code?: string; detail?: string } = Object(await answer.json());
    return { status: answer.status, code, detail, retryAfter: answer.headers.get("retry-after") };
  };
  const away = {
    status: 503,
    code: "unavailable",
    detail: expect.stringContaining("the token may be good"),
    retryAfter: "5",
  };
  expect(await ask(await oidc.sign())).toEqual(away);
  expect(await ask(await custom.sign())).toEqual(away);
  expect(await ask(await unknown.sign())).toMatchObject({ status: 401, code: "unauthenticated" });
  expect(await ask(String(portico.demo.organizations[0]?.users.owner.token))).toMatchObject({ status: 200 });
});
