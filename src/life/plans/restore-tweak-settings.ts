// The tweak settings of a module are restored from a file.
import type { Context } from '../../core/context.ts';
import { defineChange, exclusive } from '../../core/plan.ts';
import backUp from '../../capabilities/settings/driver/tweak-settings/steps/back-up.ts';
import { followUp } from '../rules/tweak-settings/follow-up.ts';
import type { FileModule } from '../../capabilities/settings/rules/configuration-file.ts';
import { restoration, type ImpossibleValue } from '../../capabilities/settings/rules/restore.ts';
import * as settings from '../../capabilities/settings/rules/settings.ts';

interface Input {
  readonly module: FileModule;
  readonly changes: readonly { readonly key: string; readonly value: string }[];
  /** Undefined in the journals of versions that had no tasks for settings. */
  readonly caller?: string;
}

const change = defineChange<Input>({
  kind: 'restore-tweak-settings',
  async store(db, { module, changes, caller = 'root' }, { now }) {
    for (const { key, value } of changes) await settings.write({ db }, module, key, value);
    const keys = changes.map(({ key }) => key);
    await followUp(db, keys, { caller, now: now() });
  },
});
export default change;

/** Plans nothing if the file changes nothing. @throws ApiError as `restoration`. */
export async function restoreTweakSettings(
  context: Context,
  module: FileModule,
  text: string,
  impossible: readonly ImpossibleValue[],
): Promise<void> {
  const found = await restoration(context, module, text, impossible);
  if (found === undefined) return;
  const changes = found.changes.map(({ key, value }) => ({ key, value }));
  context.plan(
    change.plan(
      { module, changes, caller: context.caller.user },
      { locks: [exclusive(`tweak settings ${module}`)], steps: [backUp.plan(found.backup)] },
    ),
  );
}
