import { isProblem, type Portico, type Schedule } from "@portico/sdk";

const mostAttempts = 5;

/**
 * Changes a schedule by what it holds now, without overwriting anybody: the write says which version it is meant for
 * (`If-Match`), and a 412 means to read again and decide again.
 *
 * @param known - The version the caller has seen, with its `ETag`; read now unless given.
 * @param change - Makes the new values from the current ones; called again after a conflict.
 * @returns The updated schedule and how often it was written.
 */
export async function updateSchedule(
  portico: Portico,
  scheduleId: string,
  change: (current: Schedule) => { title?: string; description?: string },
  known?: { data: Schedule; etag: string | undefined },
): Promise<{ schedule: Schedule; attempts: number }> {
  let current = known ?? (await portico.schedules.get(scheduleId).withResponse());
  for (let attempt = 1; ; attempt += 1) {
    try {
      const schedule = await portico.schedules.update(scheduleId, change(current.data), { ifMatch: current.etag });
      return { schedule, attempts: attempt };
    } catch (error) {
      if (!isProblem(error, "precondition_failed") || attempt === mostAttempts) throw error;
      current = await portico.schedules.get(scheduleId).withResponse();
    }
  }
}
