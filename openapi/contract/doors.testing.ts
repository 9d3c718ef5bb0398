import { openRaw } from "../../host/sync/rawClient.testing";
import { send } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** What a door made of a token: 200 and the rights it answered, or the status of the refusal and its sentence. */
export interface DoorAnswer {
  readonly status: number;
  readonly text: string;
}

const path = "tenancy/me:getPermissions";

/** Asks for the bearer's rights over REST. */
export async function restAnswer(portico: TestPortico, token: string): Promise<DoorAnswer> {
  const { status, body } = await send(portico, "GET", "/v1/me/permissions", token);
  return { status, text: String(status === 200 ? body["organizationId"] : body["detail"]) };
}

/** Asks for the same over the function API. */
export async function functionAnswer(portico: TestPortico, token: string): Promise<DoorAnswer> {
  const response = await fetch(`${portico.cloudUrl}/api/query`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ path, args: {}, format: "json" }),
  });
  const answer: { message?: unknown; status?: unknown; value?: { organizationId?: unknown }; errorData?: unknown } =
    Object(await response.json());
  if (response.status !== 200 && answer.status !== "error")
    return { status: response.status, text: String(answer.message) };
  return answer.status === "success" ? accepted(answer.value) : refused(answer.errorData);
}

/** Asks for the same over the sync protocol, with a query that is kept up to date. */
export async function syncAnswer(portico: TestPortico, token: string): Promise<DoorAnswer> {
  const client = await openRaw(portico.cloudUrl);
  client.send({ type: "Authenticate", tokenType: "User", value: token, baseVersion: 0 });
  const add = { type: "Add", queryId: 0, udfPath: path, args: [{}] };
  client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [add] });
  try {
    return await new Promise<DoorAnswer>((resolve, reject) => {
      client.socket.on("close", () => reject(new Error("The socket closed without an answer.")));
      client.socket.on("message", (data: Buffer) => {
        const message: SyncMessage = JSON.parse(data.toString("utf8"));
        const [result] = message.modifications ?? [];
        if (message.type === "AuthError") resolve({ status: 401, text: String(message.error) });
        else if (result?.type === "QueryUpdated") resolve(accepted(result.value));
        else if (result?.type === "QueryFailed") resolve(refused(result.errorData));
      });
    });
  } finally {
    client.socket.terminate();
  }
}

interface SyncMessage {
  readonly type?: string;
  readonly error?: unknown;
  readonly modifications?: readonly SyncResult[];
}

interface SyncResult {
  readonly type?: string;
  readonly value?: unknown;
  readonly errorData?: unknown;
}

function accepted(value: unknown): DoorAnswer {
  const { organizationId }: { organizationId?: unknown } = Object(value);
  return { status: 200, text: String(organizationId) };
}

function refused(errorData: unknown): DoorAnswer {
  const { status, detail }: { status?: number; detail?: unknown } = Object(errorData);
  return { status: status ?? 500, text: String(detail) };
}
