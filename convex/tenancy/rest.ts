import { restDoor } from "../core/restDoor";
import * as me from "./me";
import * as memberships from "./memberships";
import * as organizations from "./organizations";
import * as users from "./users";

export const { operations, query, mutation, action } = restDoor({ me, memberships, organizations, users });
