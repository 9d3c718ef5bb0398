import { once } from "node:events";
import type { ChildProcess } from "node:child_process";

/**
 * What a child process says next; it says `Message`s and nothing else.
 * @throws {Error} when it ends before it says anything.
 */
export async function nextMessage<Message extends object>(child: ChildProcess, name: string): Promise<Message> {
  const waiting = new AbortController();
  const event = (type: string): Promise<(Message | number | null)[]> => once(child, type, { signal: waiting.signal });
  try {
    const [message] = await Promise.race([event("message"), event("exit")]);
    if (typeof message !== "object" || message === null) throw new Error(`${name} ended without an answer.`);
    return message;
  } finally {
    waiting.abort();
  }
}
