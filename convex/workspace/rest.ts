import { restDoor } from "../core/restDoor";
import * as items from "./items";
import * as schedules from "./schedules";
import * as todos from "./todos";

export const { operations, query, mutation, action } = restDoor({ items, schedules, todos });
