import { restDoor } from "../core/restDoor";
import * as auditLogs from "./auditLogs";

export const { operations, query, mutation, action } = restDoor({ auditLogs });
