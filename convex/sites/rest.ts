import { restDoor } from "../core/restDoor";
import * as agentApiLogs from "./agentApiLogs";
import * as agentEnrollmentTokens from "./agentEnrollmentTokens";
import * as agents from "./agents";
import * as sites from "./sites";

export const { operations, query, mutation, action } = restDoor({ agentApiLogs, agentEnrollmentTokens, agents, sites });
