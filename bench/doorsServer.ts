// The host's doors before a deployment that does nothing, or bare node:http. Run by bench/sections/doors.ts.
import { generateKeyPair, exportJWK, SignJWT } from "jose";
import { TokenVerifier } from "../host/auth/tokenVerifier";
import type { AuthProvider, Deployment } from "../host/deployment";
import { LightResponse } from "../host/lightResponse";
import { startServer } from "../host/server/startServer";
import { listen, readBody, sendText } from "./baseline/http";
import { serve } from "./serverProcess";

export interface DoorsOrder {
  readonly kind: "bare" | "doors";
}

export interface DoorsSetup {
  readonly siteUrl: string;
  readonly cloudUrl: string;
  readonly token: string;
}

const answerText = JSON.stringify({ data: { id: "j57", name: "x".repeat(400) } });

async function startBare(): Promise<DoorsSetup> {
  const { url } = await listen((request, response) => {
    readBody(request, (body) => {
      if (body !== "") JSON.parse(body);
      sendText(response, 200, answerText);
    });
  });
  return { siteUrl: url, cloudUrl: url, token: "x" };
}

async function startDoors(): Promise<DoorsSetup> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES256" }] });
  const issuer = "https://bench.test";
  const providers: readonly AuthProvider[] = [
    { type: "customJwt", issuer, jwks: `data:,${encodeURIComponent(keys)}`, algorithm: "ES256" },
  ];
  const deployment: Deployment = {
    call: async () => ({ status: "success", valueText: answerText, logLines: [], timestamp: 0n }),
    fetchHttpAction: async (request) => {
      request.headers.get("x-request-id");
      if (request.method === "POST") await request.json();
      return new LightResponse(answerText, { headers: { "content-type": "application/json", "x-request-id": "1" } });
    },
    openQuerySet: () => {
      throw new Error("No door measured here is live");
    },
    authProviders: () => providers,
    environmentVariables: () => ({}),
    updateEnvironmentVariables: async () => undefined,
    latestTimestamp: () => 0n,
    jsonWebKeySet: () => keys,
    files: { upload: async () => "", find: async () => null },
    metricsText: async () => "",
    logsAfter: async (cursor) => ({ entries: [], newCursor: cursor }),
    analyzePush: async () => ({}),
    backUp: async () => "",
    close: async () => undefined,
  };
  const authentication = new TokenVerifier({ providers: () => providers });
  const server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    authentication,
  });
  const token = await new SignJWT({ sub: "user", email: "user@example.test", org_id: "o".repeat(32) })
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .setIssuer(issuer)
    .setExpirationTime("1h")
    .sign(privateKey);
  return { siteUrl: server.siteUrl, cloudUrl: server.cloudUrl, token };
}

serve<DoorsOrder>(async ({ kind }) => {
  const setup = await (kind === "bare" ? startBare() : startDoors());
  return { setup, close: async () => undefined };
});
