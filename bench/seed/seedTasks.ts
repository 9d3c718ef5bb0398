import { mkdir } from "node:fs/promises";
import path from "node:path";
import { seedingDeployment } from "./seedingDeployment";
import { spreadSample } from "./spreadSample";

const tasksPerCall = 500;

/** The functions that the host's measurements call. */
export const taskFunctions = path.join(import.meta.dirname, "../functions");

/** The store of tasks in its directory. */
export const taskFileName = "tasks.sqlite";

/**
 * Fills the new store of a directory with `count` tasks and closes it again.
 * @returns ids of up to 10,000 of them, spread over all
 */
export async function seedTasks(directory: string, count: number): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const deployment = await seedingDeployment(taskFunctions, path.join(directory, taskFileName));
  try {
    const sampleOf = spreadSample(count);
    const sample: string[] = [];
    for (let from = 0; from < count; from += tasksPerCall) {
      const ids = await deployment.mutate("tasks:seed", { from, count: Math.min(tasksPerCall, count - from) });
      sample.push(...sampleOf(ids, from));
    }
    return sample;
  } finally {
    await deployment.close();
  }
}
