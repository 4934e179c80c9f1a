// The API Shell of accounts: the functions of UAPI for which the account has the feature.
import type { Caller } from '../../core/context.ts';
import { DATA } from '../../core/define-uapi.ts';
import { dispatch } from '../../core/dispatch.ts';
import type { Engine } from '../../core/engine.ts';
import { uapiAnswer } from '../../capabilities/logins/rules/account-apis/answers.ts';
import { runAccountCall } from '../../capabilities/logins/rules/account-apis/call.ts';
import { accountIndex } from '../../uapi/index.generated.ts';
import { toShellAnswer } from './api-shell-call.ts';
import { describeFunction } from './function-descriptions.ts';
import type { Shell } from './shell-routes.ts';
import { toTable } from './table.ts';
import { shownFormats } from './wire.ts';

export function accountShell(engine: Engine): Shell {
  const { uapi } = engine.accountApis;
  return {
    list: async ({ caller }) => {
      const rows = Object.entries(accountIndex.uapi);
      const needed = rows.flatMap(([, { feature }]) => feature ?? []);
      const features = await featuresOf(engine, caller, needed);
      return rows
        .filter(([, { feature }]) => feature === undefined || features.has(feature))
        .map(([name, { summary }]) => ({ name, family: moduleOf(name), summary }));
    },
    settings: async () => [],
    describe: async ({ caller }, name) => {
      const fn = await uapi.find(name);
      if (fn === undefined) return undefined;
      const { feature } = fn;
      const isAllowed = feature === undefined || (await featuresOf(engine, caller, [feature])).has(feature);
      return isAllowed ? describeFunction(fn, moduleOf(name)) : undefined;
    },
    call: async ({ caller }, { command, args, dryRun, origin }) => {
      const [module = '', func = ''] = command.split('::');
      const { envelope, reshape } = await runAccountCall({ api: 'uapi', module, func, args }, (call) =>
        dispatch({ ...call, api: 'uapi', dryRun, origin }, caller, engine),
      );
      const answer = uapiAnswer(envelope, reshape);
      return toShellAnswer(envelope, {
        fn: await uapi.find(command),
        args,
        shown: { ...envelope, data: answer, flat: true },
        // With the list options applied.
        table: toTable({ ...envelope, data: { [DATA]: answer.data } }),
        formats: shownFormats.cpaneld,
      });
    },
  };
}

/** Those of the features that the account has. */
export async function featuresOf(
  { store, hasFeature }: Engine,
  { user }: Pick<Caller, 'user'>,
  features: readonly string[],
): Promise<ReadonlySet<string>> {
  return store.transaction('reads', async (db) => {
    const had = new Set<string>();
    for (const feature of new Set(features)) if (await hasFeature(db, user, feature)) had.add(feature);
    return { value: had, keep: false };
  });
}

function moduleOf(name: string): string {
  return name.split('::')[0] ?? '';
}
