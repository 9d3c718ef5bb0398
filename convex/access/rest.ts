import { restDoor } from "../core/restDoor";
import * as apiKeys from "./apiKeys";
import * as permissions from "./permissions";
import * as roles from "./roles";

export const { operations, query, mutation, action } = restDoor({ apiKeys, permissions, roles });
