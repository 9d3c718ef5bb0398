// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { Call } from "../runtime/call";
import type { RequestOptions } from "../runtime/engine";
import type { ListCall } from "../runtime/listCall";
import type { Body, Conditional, Query, Result, Row } from "../runtime/operationTypes";

/** Calls of `portico.items`. */
export interface ItemsResource {
  /**
   * Create up to 100 items
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `item:create`.
   *
   * @example await portico.items.batchCreate(input)
   */
  batchCreate(input: Body<"batchCreateItems">, options?: RequestOptions): Call<Result<"batchCreateItems">>;

  /**
   * Create a item
   *
   * Needs the permission `item:create`.
   *
   * @example await portico.items.create(input)
   */
  create(input: Body<"createItem">, options?: RequestOptions): Call<Result<"createItem">>;

  /**
   * Delete a item
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `item:delete`.
   *
   * @example await portico.items.delete(itemId)
   */
  delete(itemId: string, input?: Query<"deleteItem">, options?: RequestOptions): Call<Result<"deleteItem">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(itemId: string, options: Conditional): Call<Result<"getItem"> | undefined>;
  /**
   * Get a item
   *
   * For members of the organization; machines and assigned roles need the permission `item:read`.
   *
   * @example await portico.items.get(itemId)
   */
  get(itemId: string, options?: RequestOptions): Call<Result<"getItem">>;

  /**
   * List items
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `item:read`.
   *
   * @example for await (const row of portico.items.list()) …
   */
  list(input?: Query<"listItems">, options?: RequestOptions): ListCall<Row<"listItems">>;

  /**
   * Restore a item
   *
   * Needs the permission `item:restore`.
   *
   * @example await portico.items.restore(itemId)
   */
  restore(itemId: string, options?: RequestOptions): Call<Result<"restoreItem">>;

  /**
   * Update a item
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `item:update`.
   *
   * @example await portico.items.update(itemId)
   */
  update(itemId: string, input?: Body<"updateItem">, options?: RequestOptions): Call<Result<"updateItem">>;

}

/** Calls of `portico.schedules`. */
export interface SchedulesResource {
  /**
   * Activate a schedule
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.activate(scheduleId)
   */
  activate(scheduleId: string, options?: RequestOptions): Call<Result<"activateSchedule">>;

  /**
   * Create up to 100 schedules
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `schedule:create`.
   *
   * @example await portico.schedules.batchCreate(input)
   */
  batchCreate(input: Body<"batchCreateSchedules">, options?: RequestOptions): Call<Result<"batchCreateSchedules">>;

  /**
   * Cancel a schedule
   *
   * The reason, if given, stands in the audit trail.
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.cancel(scheduleId)
   */
  cancel(scheduleId: string, input?: Body<"cancelSchedule">, options?: RequestOptions): Call<Result<"cancelSchedule">>;

  /**
   * Complete a schedule
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.complete(scheduleId)
   */
  complete(scheduleId: string, options?: RequestOptions): Call<Result<"completeSchedule">>;

  /**
   * Create a schedule
   *
   * Needs the permission `schedule:create`.
   *
   * @example await portico.schedules.create(input)
   */
  create(input: Body<"createSchedule">, options?: RequestOptions): Call<Result<"createSchedule">>;

  /**
   * Delete a schedule
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `schedule:delete`.
   *
   * @example await portico.schedules.delete(scheduleId)
   */
  delete(scheduleId: string, input?: Query<"deleteSchedule">, options?: RequestOptions): Call<Result<"deleteSchedule">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(scheduleId: string, options: Conditional): Call<Result<"getSchedule"> | undefined>;
  /**
   * Get a schedule
   *
   * For members of the organization; machines and assigned roles need the permission `schedule:read`.
   *
   * @example await portico.schedules.get(scheduleId)
   */
  get(scheduleId: string, options?: RequestOptions): Call<Result<"getSchedule">>;

  /**
   * List schedules
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {startFrom/startTo, sort=startDate}, {status, startFrom/startTo, sort=startDate}, {userId, startFrom/startTo, sort=startDate}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `schedule:read`.
   *
   * @example for await (const row of portico.schedules.list()) …
   */
  list(input?: Query<"listSchedules">, options?: RequestOptions): ListCall<Row<"listSchedules">>;

  /**
   * Restore a schedule
   *
   * Needs the permission `schedule:restore`.
   *
   * @example await portico.schedules.restore(scheduleId)
   */
  restore(scheduleId: string, options?: RequestOptions): Call<Result<"restoreSchedule">>;

  /**
   * Update a schedule
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.update(scheduleId)
   */
  update(scheduleId: string, input?: Body<"updateSchedule">, options?: RequestOptions): Call<Result<"updateSchedule">>;

}

/** Calls of `portico.todos`. */
export interface TodosResource {
  /**
   * Create a todo
   *
   * Needs the permission `todo:create`.
   *
   * @example await portico.todos.create(input)
   */
  create(input: Body<"createTodo">, options?: RequestOptions): Call<Result<"createTodo">>;

  /**
   * Delete a todo
   *
   * Deletes it for good.
   *
   * Needs the permission `todo:delete`.
   *
   * @example await portico.todos.delete(todoId)
   */
  delete(todoId: string, options?: RequestOptions): Call<Result<"deleteTodo">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(todoId: string, options: Conditional): Call<Result<"getTodo"> | undefined>;
  /**
   * Get a todo
   *
   * For members of the organization; machines and assigned roles need the permission `todo:read`.
   *
   * @example await portico.todos.get(todoId)
   */
  get(todoId: string, options?: RequestOptions): Call<Result<"getTodo">>;

  /**
   * List todos
   *
   * Newest first unless sorted otherwise. Supported together: {completed, createdFrom/createdTo, sort=created}, {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `todo:read`.
   *
   * @example for await (const row of portico.todos.list()) …
   */
  list(input?: Query<"listTodos">, options?: RequestOptions): ListCall<Row<"listTodos">>;

  /**
   * Toggle a todo
   *
   * Flips `completed`.
   *
   * Needs the permission `todo:update`.
   *
   * @example await portico.todos.toggle(todoId)
   */
  toggle(todoId: string, options?: RequestOptions): Call<Result<"toggleTodo">>;

  /**
   * Update a todo
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `todo:update`.
   *
   * @example await portico.todos.update(todoId)
   */
  update(todoId: string, input?: Body<"updateTodo">, options?: RequestOptions): Call<Result<"updateTodo">>;

}

/** Typed properties for the resources that the client defines at run time. */
export abstract class Resources {
  declare readonly items: ItemsResource;
  declare readonly schedules: SchedulesResource;
  declare readonly todos: TodosResource;
}
