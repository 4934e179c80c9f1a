// The API Shell of WHM: its functions and its tweak settings.
import { mayCall } from '../../core/access.ts';
import { dispatch } from '../../core/dispatch.ts';
import type { Engine } from '../../core/engine.ts';
import { shownFormats, type SettingList } from './wire.ts';
import { toShellAnswer } from './api-shell-call.ts';
import { describeFunction } from './function-descriptions.ts';
import type { Shell } from './shell-routes.ts';
import { toTable } from './table.ts';
import type { Caller } from '../../core/context.ts';

export function whmShell(engine: Engine): Shell {
  return {
    list: async ({ caller }) =>
      Object.entries(await engine.functions())
        .filter(([, { access }]) => mayCall(caller, access))
        .map(([name, { family, summary }]) => ({ name, family, summary })),
    settings: ({ caller }) => listSettings(caller),
    describe: async ({ caller }, name) => {
      const fn = await engine.find(name);
      if (fn === undefined || !mayCall(caller, fn.access)) return undefined;
      const index = await engine.functions();
      return describeFunction(fn, index[name]?.family ?? '');
    },
    call: async ({ caller }, call) => {
      const envelope = await dispatch(call, caller, engine);
      return toShellAnswer(envelope, {
        fn: await engine.find(call.command),
        args: call.args,
        shown: envelope,
        table: toTable(envelope),
        formats: shownFormats.whostmgrd,
      });
    },
  };
}

// The tweak settings, for the search of the API Shell.

/** Empty if the caller cannot set them. */
async function listSettings(caller: Caller): Promise<SettingList> {
  if (!mayCall(caller, 'root')) return [];
  const { catalogue } = await import('../../capabilities/settings/rules/catalogue.ts');
  return Object.entries(catalogue).map(([key, { module, meaning, acts = false }]) => ({
    ...{ key, module, meaning, acts },
  }));
}
