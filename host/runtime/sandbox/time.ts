import { currentFrame } from "../functions/frames";

/** `Date` whose "now" stands still in queries, mutations and module scope. */
export function functionDate(): unknown {
  const now = (): number => {
    const frame = currentFrame();
    return frame === undefined || frame.type === "action" ? Date.now() : frame.call.nowMs;
  };
  function FunctionDate(this: unknown, ...args: readonly unknown[]): unknown {
    if (new.target === undefined) return new Date(now()).toString();
    return Reflect.construct(Date, args.length === 0 ? [now()] : args, new.target);
  }
  FunctionDate.prototype = Date.prototype;
  return Object.assign(FunctionDate, { now, UTC: Date.UTC, parse: Date.parse });
}

/** `performance` whose `now()` stands still in queries and module scope, and runs in mutations and actions. */
export function functionPerformance(): unknown {
  return Object.freeze({
    now(): number {
      const frame = currentFrame();
      const stands = frame?.type === "query" || frame?.type === "import";
      return stands ? frame.call.nowMs - performance.timeOrigin : performance.now();
    },
    timeOrigin: performance.timeOrigin,
    mark: performance.mark.bind(performance),
    measure: performance.measure.bind(performance),
    clearMarks: performance.clearMarks.bind(performance),
    clearMeasures: performance.clearMeasures.bind(performance),
    getEntries: performance.getEntries.bind(performance),
    getEntriesByName: performance.getEntriesByName.bind(performance),
    getEntriesByType: performance.getEntriesByType.bind(performance),
    toJSON: () => ({ timeOrigin: performance.timeOrigin }),
  });
}
