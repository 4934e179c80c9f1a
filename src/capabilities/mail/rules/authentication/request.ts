// What a plan says of new domains, and the task that publishes their records.
import type { Db } from '../../../../core/context.ts';
import type { StepResult } from '../../../../core/plan.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';
import * as queue from '../../../../ground/rules/tasks/queue.ts';

/** The kind of the step `driver/authentication/steps/request.ts`, and the task. */
const [STEP, TASK] = ['authentication/request', 'publish-authentication'];

/**
 * The nameserver then serves the new zone: reloads for new zones rest a minute at most. A change of a zone that it does not
 * know yet would have it reread its whole configuration. And a script that adds records after the account is done.
 */
const DELAY_MS = 60_000;

/** Starts the task if the plan has the step. */
export async function publishSoon(db: Db, results: readonly StepResult[], now: number): Promise<void> {
  for (const { kind, value } of results) {
    if (kind !== STEP) continue;
    const task = { kind: TASK, input: value, caller: 'root', xid: '' };
    await queue.add(db, task, { now, notBefore: now + DELAY_MS });
  }
}

/**
 * Starts the task for domains that had no mail here until now. What their zones have already stays. Nothing is published
 * that the tweak settings for new accounts do not want.
 */
export async function publishForOld(
  db: Db,
  username: string,
  domains: readonly string[],
  now: number,
): Promise<void> {
  const settings = await tweakSettings.readSeveral(db, 'Main', ['create_account_dkim', 'create_account_spf']);
  const is = (name: string) => settings.get(`create_account_${name}`) !== '0';
  const input = { username, domains, dkim: is('dkim'), spf: is('spf'), dmarc: true };
  await queue.add(db, { kind: TASK, input, caller: 'root', xid: '' }, { now, notBefore: now + DELAY_MS });
}
