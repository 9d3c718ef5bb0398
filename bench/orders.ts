/**
 * The child's side of a process that takes orders over IPC, one at a time, and answers each. It ends with the process that
 * gives them; an order that fails ends it with exit code 1.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a message has the type that its sender gave it
export function takeOrders<Order extends object>(run: (order: Order) => Promise<object>): void {
  process.on("message", (order: Order) => {
    run(order).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.once("disconnect", () => process.exit(0));
}

/** The value below which `share` of the sorted values lie; NaN of none. */
export function percentileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
