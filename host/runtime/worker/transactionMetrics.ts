import type { TransactionUsage } from "./transaction";

const LIMITS = {
  bytesRead: 16 << 20,
  bytesWritten: 16 << 20,
  databaseQueries: 4096,
  documentsRead: 32_000,
  documentsWritten: 16_000,
  functionsScheduled: 1000,
  scheduledFunctionArgsBytes: 16 << 20,
} as const;

/** `1.0/getTransactionMetrics`: what the transaction has used and what Convex's limits leave. */
export function usageText(usage: TransactionUsage): string {
  const metric = (name: keyof typeof LIMITS) => ({
    used: usage[name],
    remaining: Math.max(0, LIMITS[name] - usage[name]),
  });
  return JSON.stringify({
    bytesRead: metric("bytesRead"),
    bytesWritten: metric("bytesWritten"),
    databaseQueries: metric("databaseQueries"),
    documentsRead: metric("documentsRead"),
    documentsWritten: metric("documentsWritten"),
    functionsScheduled: metric("functionsScheduled"),
    scheduledFunctionArgsBytes: metric("scheduledFunctionArgsBytes"),
  });
}
