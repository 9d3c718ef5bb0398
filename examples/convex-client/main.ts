import { api } from "@portico/sdk/convex";
import { ConvexHttpClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { connection, type Connection } from "./connection";

/** Ordinary Convex: a client of the official package, a token from the token endpoint, the deployment's functions. */
async function main(): Promise<void> {
  const settings = await connection(process.env);
  const { token, lifetimeSeconds } = await requestToken(settings);
  console.log(`token for ${lifetimeSeconds} s`);

  const convex = new ConvexHttpClient(settings.convexUrl);
  convex.setAuth(token);

  const { page: schedules, isDone } = await convex.query(api.workspace.schedules.list, {
    status: "active",
    paginationOpts: { numItems: 5, cursor: null },
  });
  console.log(`${schedules.length} active schedules${isDone ? "" : ", and more"}`);
  for (const { title, startDate } of schedules) console.log(`  ${new Date(startDate).toISOString()}  ${title}`);

  const todo = await convex.mutation(api.workspace.todos.create, { text: "Try the Convex client" });
  console.log(`created todo ${todo.id}: "${todo.text}"`);
  const { completed } = await convex.mutation(api.workspace.todos.toggle, { todoId: todo.id });
  console.log(`toggled it: completed is ${completed}`);
  await convex.mutation(api.workspace.todos.delete, { todoId: todo.id });

  try {
    await convex.query(api.workspace.todos.get, { todoId: todo.id });
  } catch (error) {
    // What a function throws on purpose is a ConvexError; its data is the problem that REST answers with.
    if (!(error instanceof ConvexError)) throw error;
    const { status, code, detail }: { status: number; code: string; detail: string } = error.data;
    console.log(`deleted, so reading it is problem ${status} ${code}: ${detail}`);
  }
}

/** Exchanges the key for a JWT: client credentials, RFC 6749 section 4.4. */
async function requestToken({ restUrl, apiKey }: Connection): Promise<{ token: string; lifetimeSeconds: number }> {
  const response = await fetch(`${restUrl}/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_secret: apiKey }),
  });
  if (!response.ok) throw new Error(`The token endpoint answered ${response.status}: ${await response.text()}`);
  const answer: { access_token: string; expires_in: number } = await response.json();
  return { token: answer.access_token, lifetimeSeconds: answer.expires_in };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
