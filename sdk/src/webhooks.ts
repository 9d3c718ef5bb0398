// Receivers of webhooks: nothing of the client gets into their bundle.
export { Webhooks, type Handler, type PorticoEvent, type EventType, type WebhooksOptions } from "./webhooks/receiver";
export type { Headerlike, Message } from "./webhooks/message";
export { MemoryReplayStore, type ReplayStore } from "./webhooks/replayStore";
export { signMessage, type SignedMessage } from "./webhooks/signMessage";
export { WebhookError, type WebhookErrorCode } from "./webhooks/webhookError";
export type { EventsByType } from "./generated/events";
