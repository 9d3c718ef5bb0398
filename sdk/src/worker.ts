// Workers of an organization's own: they take a client of any other entry, so nothing of it is in here.
export { createWorker, type Worker } from "./worker/createWorker";
export type { JobHandler, WorkerEvent, WorkerOptions } from "./worker/options";
export { JobFailure, type Job } from "./worker/job";
