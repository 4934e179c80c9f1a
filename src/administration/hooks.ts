// Implements --hook: registers and removes the scripts that run before and after calls.
import { createApplication, type Application } from '../app/app.ts';
import { notFound } from '../core/errors.ts';
import { quote } from '../core/quote.ts';
import { auditedChange } from './audited-change.ts';
import { events, type HookEvent } from '../capabilities/hooks/rules/events.ts';
import * as hooks from '../capabilities/hooks/rules/hooks.ts';
import * as registration from '../capabilities/hooks/rules/registration.ts';

export type { HookEvent } from '../capabilities/hooks/rules/events.ts';
export type { Hook } from '../capabilities/hooks/rules/hooks.ts';
export { showHooks } from '../capabilities/hooks/rules/hook-form.ts';
export { MODULES } from '../capabilities/hooks/rules/command.ts';
export type { Attributes } from '../capabilities/hooks/rules/registration.ts';

export interface Registered {
  readonly added: readonly hooks.Hook[];
  readonly warnings: readonly string[];
}

export class HookDesk {
  readonly #application: Application;

  /** @throws ApiError `store_insecure`, `store_unavailable` */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#application = createApplication(environment);
  }

  list(): Promise<hooks.Hook[]> {
    return this.#application.engine.store.transaction('reads', async (db) => ({
      value: await hooks.list(db),
      keep: false,
    }));
  }

  events(): readonly HookEvent[] {
    return events;
  }

  /** Asks a script for its hooks. @throws ApiError `bad_param` */
  describe(script: string): Promise<registration.Attributes[]> {
    return registration.askScript(this.#application.engine.machine, script);
  }

  /** Registers all hooks, or none. Writes a line to the audit log. @throws ApiError `bad_param` */
  add(script: string, described: readonly registration.Attributes[]): Promise<Registered> {
    const { machine, randomBytes } = this.#application.engine;
    return auditedChange(this.#application.engine, ['--hook add', 'script', script], async () => {
      const read = described.map(registration.readHook);
      for (const hook of read) await registration.assertScriptsSafe(machine, hook);
      return async (db) => {
        const added: hooks.Hook[] = [];
        const warnings: string[] = [];
        for (const hook of read) {
          const one = await hooks.add({ db, randomBytes }, hook);
          added.push(one.hook);
          warnings.push(...one.warnings);
        }
        return { added, warnings };
      };
    });
  }

  /**
   * Removes the hooks of a script that have these attributes, or the hook with this ID. The script need not exist any
   * more. Writes a line to the audit log.
   * @throws ApiError `not_found`
   */
  remove(script: string, wanted: registration.Attributes): Promise<readonly hooks.Hook[]> {
    return auditedChange(
      this.#application.engine,
      ['--hook delete', 'script', script],
      async () => async (db) => {
        const found = (await hooks.list(db)).filter((hook) => isMeant(hook, script, wanted));
        if (found.length === 0) {
          throw notFound(
            `No hook of the script ${quote(script)} matches. To list the hooks, run: whmapi1 --hook list`,
          );
        }
        for (const { id } of found) await hooks.remove(db, id);
        return found;
      },
    );
  }

  close(): void {
    this.#application.close();
  }
}

function isMeant(
  hook: hooks.Hook,
  script: string,
  { category, event, stage, hook: command }: registration.Attributes,
): boolean {
  if (hook.id === script) return true;
  const isOfScript = hook.hook === script || hook.hook.startsWith(`${script} `);
  return (
    isOfScript &&
    (category === undefined || hook.category === category) &&
    (event === undefined || hook.event === event) &&
    (stage === undefined || hook.stage === stage) &&
    (command === undefined || hook.hook === command)
  );
}
