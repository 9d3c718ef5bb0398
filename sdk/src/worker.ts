// Workers of an organization's own: they take a client of any other entry, so nothing of it is in here.
export {
  createWorker,
  type JobHandler,
  type Worker,
  type WorkerEvent,
  type WorkerOptions,
} from "./worker/createWorker";
export { JobFailure, type Job } from "./worker/job";
