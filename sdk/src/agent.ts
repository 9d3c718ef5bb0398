// Device agents. Unlike the other entries this one needs the file system of Node.js, which Bun and Deno have too.
export { createAgent } from "./agent/createAgent";
export type { AgentEvent, AgentOptions, CheckInReport, DeviceAgent, DeviceIdentity } from "./agent/options";
export { fileStorage } from "./agent/fileStorage";
export { type AgentStorage, memoryStorage, type StorageLock } from "./agent/storage";
