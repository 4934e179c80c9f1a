// Which settings the servers of the configuration cluster get.
import type { Context } from '../../core/context.ts';
import type { Module } from '../tweak-settings/stored.ts';
import * as servers from './servers.ts';

/** The task that sends a setting: `src/tasks/push-setting.ts`. */
const TASK = 'push-setting';

/** A tweak setting, without its value: the task reads it, so that a retry never sends an old one. */
export interface PushedSetting {
  readonly module: Module;
  readonly key: string;
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
  const cluster = count === 1 ? '1 server' : `${count} servers`;
  inform(`The task ${id} sends the setting to the configuration cluster (${cluster}).`);
}
