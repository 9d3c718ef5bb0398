/** A project has a hundred tasks, which lie among those of nine others. */
export const tasksPerProject = 100;
const mixedProjects = 10;
const assignees = 1000;
const firstDueAt = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;

/** A document of about 600 bytes, as the measurements of the store in the design assume. */
export interface TaskDocument {
  readonly key: string;
  readonly project: string;
  readonly assignee: string;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  readonly title: string;
  readonly description: string;
  readonly status: string;
  readonly updatedAt: number;
}

/** The stored task number `at`; every store of a comparison holds the same ones. */
export function taskDocument(at: number): TaskDocument {
  return {
    key: taskKey(at),
    project: projectName(Math.floor(at / (mixedProjects * tasksPerProject)) * mixedProjects + (at % mixedProjects)),
    assignee: `user-${at % assignees}`,
    dueAt: firstDueAt + at * minuteMs,
    title: `Quarterly maintenance window ${at}`,
    description: "Check backups, rotate credentials and patch every host of the site. ".repeat(5),
    status: "open",
    updatedAt: firstDueAt,
  };
}

export function taskKey(at: number): string {
  return `task-${at}`;
}

export function projectName(at: number): string {
  return `project-${at}`;
}

/** A task that a measurement inserts; its key tells it from the stored ones. */
export function newTaskDocument(at: number): TaskDocument {
  return { ...taskDocument(at), key: `${newKeyPrefix}${at}` };
}

/** Keys of inserted tasks lie between this and {@link afterNewKeys}. */
export const newKeyPrefix = "new-";
export const afterNewKeys = "new.";
