// Which settings the servers of the configuration cluster get.
import type { Context, Db } from '../../../../core/context.ts';
import type { NewTask } from '../../../../core/task.ts';
import * as queue from '../../../../ground/rules/tasks/queue.ts';
import type { Module } from '../../../../ground/rules/tweak-settings.ts';
import * as servers from './servers.ts';

/** The task that sends a setting: `src/life/tasks/push-setting.ts`. */
const TASK = 'push-setting';

/** A tweak setting, without its value: the task reads it, so that a retry never sends an old one. */
export interface PushedSetting {
  readonly module: Module;
  readonly key: string;
}

/** Settings of updates, by their names. */
export interface PushedUpdates {
  readonly updates: readonly string[];
}

/** The basic setup describes one server: its address, its nameservers, its home directories. */
const OF_ONE_SERVER: readonly Module[] = ['Basic'];

/** Starts the task that sends the setting, if the cluster has servers. */
export async function push(
  { db, startTask, inform }: Pick<Context, 'db' | 'startTask' | 'inform'>,
  setting: PushedSetting,
): Promise<void> {
  if (OF_ONE_SERVER.includes(setting.module)) return;
  const count = (await servers.list(db)).length;
  if (count === 0) return;
  const id = await startTask(TASK, setting);
  inform(`The task ${id} sends the setting to the configuration cluster (${serversOf(count)}).`);
}

/** Says that `pushUpdates` will send them, if the cluster has servers. */
export async function announceUpdates({ db, inform }: Context): Promise<void> {
  const count = (await servers.list(db)).length;
  if (count > 0) inform(`A task sends the settings to the configuration cluster (${serversOf(count)}).`);
}

/** Starts the task that sends settings of updates, if the cluster has servers. For the outcome of a plan. */
export async function pushUpdates(
  db: Db,
  { updates }: PushedUpdates,
  { caller, now }: Pick<NewTask, 'caller'> & { readonly now: number },
): Promise<void> {
  if (updates.length === 0 || (await servers.list(db)).length === 0) return;
  await queue.add(db, { kind: TASK, input: { updates }, caller, xid: '' }, { now });
}

const serversOf = (count: number) => (count === 1 ? '1 server' : `${count} servers`);
