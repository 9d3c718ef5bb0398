import { isProblem, Portico } from "@portico/sdk";
import { connection } from "./connection";
import { updateSchedule } from "./updateSchedule";

const dayMs = 86_400_000;
const titles = [
  "Patch the servers",
  "Change the backup tapes",
  "Test the generator",
  "Count the spare parts",
  "Clean the racks",
];

/** A service that plans a week of maintenance, reads it back page by page, and shares a schedule with another writer. */
async function main(): Promise<void> {
  const portico = new Portico(await connection(process.env));

  // Creates are safe to repeat: the SDK sends an idempotency key with each and keeps it over its retries.
  const firstStart = Date.now() + dayMs;
  const created = await Promise.all(
    titles.map((title, day) => {
      const startDate = firstStart + day * dayMs;
      return portico.schedules.create({ title, startDate, endDate: startDate + dayMs / 12 });
    }),
  );
  console.log(`created ${created.length} schedules`);

  // Two rows a page, to have several; iterating fetches the next page when the last row of one was taken.
  const week = portico.schedules.list({
    startFrom: firstStart,
    startTo: firstStart + titles.length * dayMs,
    sort: "startDate",
    limit: 2,
  });
  let pages = 0;
  for await (const { data } of week.pages()) {
    pages += 1;
    console.log(`page ${pages}: ${data.map(({ title }) => title).join(", ")}`);
  }

  const [schedule] = created;
  if (!schedule) throw new Error("Nothing was created.");
  const seen = await portico.schedules.get(schedule.id).withResponse();
  await portico.schedules.update(schedule.id, { description: "Somebody else was faster." });
  const { schedule: updated, attempts } = await updateSchedule(
    portico,
    schedule.id,
    ({ description = "" }) => ({ description: `${description} We added this.`.trim() }),
    seen,
  );
  console.log(`conflict: written after ${attempts} attempts, nothing overwritten: "${updated.description}"`);

  try {
    await portico.schedules.complete(schedule.id);
  } catch (error) {
    if (!isProblem(error, "invalid_state_transition")) throw error;
    // `error.status` is 409 here, by its type too.
    console.log(`problem ${error.status} ${error.code}: ${error.detail}`);
    await portico.schedules.activate(schedule.id);
    const { status } = await portico.schedules.complete(schedule.id);
    console.log(`activated first, then completed: it is ${status}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
