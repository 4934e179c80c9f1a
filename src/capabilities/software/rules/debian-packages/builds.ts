// Builds, as WHM calls them: tasks that change packages.
import type { Db, FreeContext } from '../../../../core/context.ts';
import { badParam, notFound } from '../../../../core/errors.ts';
import type { Param } from '../../../../core/define.ts';
import * as tasks from '../../../../ground/rules/tasks/tasks.ts';

const KIND = 'change-packages';

export const build = {
  type: 'integer',
  required: true,
  min: 1,
  completes: 'task',
  doc: 'The action’s number, as the call that started it returned.',
} as const satisfies Param;

export interface Build {
  /** On another server of the store, which has its log. Undefined: on this one. */
  readonly elsewhere: string | undefined;
  readonly isActive: boolean;
}

/** @throws ApiError `not_found` if no such task changes packages. */
export async function find(db: Db, id: number): Promise<Build> {
  const task = await tasks.get(db, id);
  if (task.kind !== KIND) throw notFound(`The task ${id} does not change packages.`);
  return { elsewhere: task.server === db.server ? undefined : task.server, isActive: task.endedAt === null };
}

export interface BuildLog {
  readonly lines: readonly string[];
  /** Where the next call goes on, in bytes. */
  readonly offset: number;
  readonly isActive: boolean;
}

/**
 * The complete lines of the log from a position on. The state is read first, so that the lines of an ended build are
 * complete. @throws ApiError `not_found`, `bad_param`.
 */
export async function readLog(
  { transaction, taskLog }: FreeContext,
  id: number,
  offset: number,
): Promise<BuildLog> {
  const { elsewhere, isActive } = await transaction('reads', (db) => find(db, id));
  if (elsewhere !== undefined) {
    throw notFound(`The build ${id} is one of the server “${elsewhere}”, which has its log.`);
  }
  const piece = await taskLog(id, offset);
  if (piece === undefined && !isActive) throw notFound(`The log of the build ${id} has been removed.`);
  const { lines, end, size } = piece ?? { lines: [], end: 0, size: 0 };
  if (offset > size) {
    throw badParam(
      `The parameter “offset” should be at most ${size}, which is the size of the log in bytes.`,
    );
  }
  return { lines, offset: end, isActive };
}
